import { hashValue } from './value-hash.js'

/** What a column holds, as far as the plausibility of a coincidence goes. */
export type ColumnType = 'integer' | 'uuid' | 'text'

/** Rows of one result beyond this many are not looked at. */
export const maximumRows = 64
/** Constants, enumerations and the first rows of every table: to meet one of these proves nothing. */
const plainIntegers = 100
/** Numbers of a column that is no identifier: years, percentages, statuses of HTTP. */
const plainQuantities = 10_000
const uuidBits = 40
const textBits = 16

/**
 * The distinct values of one column of one result, read in the order of the rows.
 *
 * Of each it knows a hash, how many bits of evidence it is when an unrelated value turns out to be equal
 * ({@link bits}), and whether it is larger or smaller than the one before ({@link steps}). The values themselves are
 * dropped when {@link read} returns. One object is filled again for every column.
 */
export class ColumnValues {
  readonly hashes: Uint32Array = new Uint32Array(maximumRows)
  readonly bits: Uint8Array = new Uint8Array(maximumRows)
  readonly steps: Int8Array = new Int8Array(maximumRows)
  count = 0
  readonly #seen: Uint32Array = new Uint32Array(4 * maximumRows)
  readonly #integers: Float64Array = new Float64Array(maximumRows)
  readonly #sorted: Float64Array = new Float64Array(maximumRows)

  read(rows: readonly unknown[], index: number, name: string, type: ColumnType, isIdentity: boolean): void {
    this.count = 0
    this.#seen.fill(0)
    let previous: unknown
    for (let i = 0; i < rows.length && i < maximumRows; i++) {
      const row = rows[i]
      const value = Array.isArray(row) ? row[index] : (row as Record<string, unknown>)?.[name]
      const hash = hashValue(value)
      if (hash < 0 || !this.#isNew(hash)) continue
      this.hashes[this.count] = hash
      this.steps[this.count] = this.count === 0 ? 0 : compare(previous, value, type)
      this.bits[this.count] = type === 'uuid' ? uuidBits : type === 'text' ? bitsOfText(value) : 0
      this.#integers[this.count++] = type === 'integer' ? integerOf(value) : 0
      previous = value
    }
    if (type === 'integer') this.#weighIntegers(isIdentity ? plainIntegers : plainQuantities)
    this.#integers.fill(0)
    this.#sorted.fill(0)
  }

  #isNew(hash: number): boolean {
    const seen = this.#seen
    const mask = seen.length - 1
    let place = hash & mask
    while (seen[place] !== 0 && seen[place] !== hash) place = (place + 1) & mask
    if (seen[place] === hash) return false
    seen[place] = hash
    return true
  }

  /**
   * An integer is as much evidence as its distance from its nearest neighbour: in a dense run any guess meets one, and
   * among ids that are 1,000 apart one guess in 1,000 does. Distances are taken in steps of the column's own (10, 20,
   * 30 are as dense as 1, 2, 3).
   */
  #weighIntegers(plain: number): void {
    const sorted = this.#sorted.subarray(0, this.count)
    sorted.set(this.#integers.subarray(0, this.count))
    sorted.sort()
    const step = commonStep(sorted)
    if (step === 0) return
    for (let i = 0; i < this.count; i++) {
      const value = this.#integers[i] ?? 0
      if (Math.abs(value) < plain) continue
      this.bits[i] = Math.floor(Math.log2(nearestDistance(sorted, value) / step))
    }
  }
}

/** A type parser of the application's own may have made anything of it. */
function integerOf(value: unknown): number {
  const integer = Number(value)
  return Number.isSafeInteger(integer) ? integer : 0
}

function compare(previous: unknown, value: unknown, type: ColumnType): number {
  if (type === 'integer') return Math.sign(integerOf(value) - integerOf(previous))
  return String(value) > String(previous) ? 1 : -1
}

/** A word can be a constant in the code as well; an address or a number in a text hardly. */
function bitsOfText(value: unknown): number {
  if (typeof value !== 'string' || value.length < 8) return 0
  if (value.includes('@')) return textBits
  let digits = 0
  for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) >= 48 && value.charCodeAt(i) <= 57) digits++
  return digits >= 4 && digits < value.length ? textBits : 0
}

function commonStep(sorted: Float64Array): number {
  let step = 0
  for (let i = 1; i < sorted.length; i++) {
    let rest = (sorted[i] ?? 0) - (sorted[i - 1] ?? 0)
    while (rest !== 0) [step, rest] = [rest, step % rest]
    if (step === 1) return 1
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
