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
    const sorted = this.#sort(values, count)
    const [first = 0, last = 0] = [sorted[0], sorted[count - 1]]
    const isDense = last - first < count
    const isPlain = Math.max(-first, last) < plain
    const step = isDense || isPlain ? 0 : commonStep(sorted)
    if (step !== 0) {
      for (let i = 0; i < count; i++) {
        const value = values[i] ?? 0
        if (Math.abs(value) >= plain) bits[i] = Math.log2(nearestDistance(sorted, value) / step)
      }
    }
    sorted.fill(0)
  }

  #sort(values: Float64Array, count: number): Float64Array {
    const sorted = this.#sorted.subarray(0, count)
    let isAscending = true
    for (let i = 0; i < count; i++) {
      const value = values[i] ?? 0
      if (i > 0 && value < (sorted[i - 1] ?? 0)) isAscending = false
      sorted[i] = value
    }
    return isAscending ? sorted : sorted.sort()
  }
}

/** The greatest common divisor of all distances; 0 for a single value. */
function commonStep(sorted: Float64Array): number {
  let step = 0
  for (let i = 1; i < sorted.length && step !== 1; i++) {
    let rest = (sorted[i] ?? 0) - (sorted[i - 1] ?? 0)
    while (rest !== 0) {
      const divisor = rest
      rest = step % rest
      step = divisor
    }
  }
  return step
}

function nearestDistance(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  const below = value - (sorted[low - 1] ?? Number.NEGATIVE_INFINITY)
  const above = (sorted[low + 1] ?? Number.POSITIVE_INFINITY) - value
  return Math.min(below, above)
}
