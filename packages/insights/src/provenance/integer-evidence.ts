/**
 * How much it proves that an unrelated integer turns out to be in a column, in bits, for each of its values.
 *
 * An integer is as much evidence as its distance from its nearest neighbour: in a dense run any guess meets one, and
 * among ids that are 1,000 apart one guess in 1,000 does. Distances are taken in steps of the column's own: 10, 20, 30
 * are as dense as 1, 2, 3.
 */
export class IntegerEvidence {
  readonly #sorted: Float64Array

  /** @param maximum number of values. */
  constructor(maximum: number) {
    this.#sorted = new Float64Array(maximum)
  }

  /**
   * @param values distinct, the first `count` of them.
   * @param plain values below this are 0 bits, whatever their distance.
   * @param bits is written, as far as there are any.
   */
  weigh(values: Float64Array, count: number, plain: number, bits: Uint8Array): void {
    const isAscending = ascends(values, count)
    const sorted = isAscending ? values : this.#sort(values, count)
    const first = sorted[0] ?? 0
    const last = sorted[count - 1] ?? 0
    const isDense = last - first < count
    const isPlain = Math.max(-first, last) < plain
    const step = isDense || isPlain ? 0 : commonStep(sorted, count)
    if (step !== 0) {
      for (let i = 0; i < count; i++) {
        const value = values[i] ?? 0
        if (Math.abs(value) < plain) continue
        const place = isAscending ? i : placeOf(sorted, count, value)
        bits[i] = wholeLog2(nearestDistance(sorted, count, place) / step)
      }
    }
    if (!isAscending) this.#sorted.fill(0)
  }

  #sort(values: Float64Array, count: number): Float64Array {
    for (let i = 0; i < count; i++) this.#sorted[i] = values[i] ?? 0
    // Shares the memory of the whole.
    this.#sorted.subarray(0, count).sort()
    return this.#sorted
  }
}

function ascends(values: Float64Array, count: number): boolean {
  for (let i = 1; i < count; i++) if ((values[i] ?? 0) < (values[i - 1] ?? 0)) return false
  return true
}

/** Bits are counted, as a logarithm costs ten times as much; 0 for 0. */
function wholeLog2(integer: number): number {
  if (integer < 1) return 0
  return integer < 0x8000_0000 ? 31 - Math.clz32(integer) : Math.log2(integer)
}

/** The greatest common divisor of all distances; 0 for a single value. */
function commonStep(sorted: Float64Array, count: number): number {
  let step = 0
  for (let i = 1; i < count && step !== 1; i++) {
    let rest = (sorted[i] ?? 0) - (sorted[i - 1] ?? 0)
    while (rest !== 0) {
      const divisor = rest
      rest = step % rest
      step = divisor
    }
  }
  return step
}

function placeOf(sorted: Float64Array, count: number, value: number): number {
  let low = 0
  let high = count - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

function nearestDistance(sorted: Float64Array, count: number, place: number): number {
  const value = sorted[place] ?? 0
  const below = place === 0 ? Number.POSITIVE_INFINITY : value - (sorted[place - 1] ?? 0)
  const above = place === count - 1 ? Number.POSITIVE_INFINITY : (sorted[place + 1] ?? 0) - value
  return Math.min(below, above)
}
