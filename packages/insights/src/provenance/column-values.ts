import { looksLikeData, plainIntegers } from '../feeds/plain-value.js'
import { placeOf } from './hash-set.js'
import { IntegerEvidence } from './integer-evidence.js'
import { hashNumber, hashValue } from './value-hash.js'

/** What a column holds, as far as the plausibility of a coincidence goes. */
export type ColumnType = 'integer' | 'uuid' | 'text'

/** Rows of one result beyond this many are not looked at. */
export const maximumRows = 64
/** Numbers of a column that is no identifier: years, percentages, statuses of HTTP. */
const plainQuantities = 10_000
const uuidBits = 40
const textBits = 16

/** A packed value is its hash times this, plus its weight: bits in the lower six, step + 1 above. */
export const packedWeights = 256

/**
 * The distinct values of one column of one result, read in the order of the rows.
 *
 * Of each it knows a hash, how many bits of evidence it is when an unrelated value turns out to be equal
 * ({@link bits}, below 64), and whether it is larger or smaller than the one before ({@link steps}). The values themselves are
 * dropped when {@link read} returns. One object is filled again for every column.
 */
export class ColumnValues {
  readonly hashes: Uint32Array = new Uint32Array(maximumRows)
  readonly bits: Uint8Array = new Uint8Array(maximumRows)
  readonly steps: Int8Array = new Int8Array(maximumRows)
  count = 0
  readonly #seen: Uint32Array = new Uint32Array(2 * maximumRows)
  readonly #integers: Float64Array = new Float64Array(maximumRows)
  // Filled with what is no small integer, as everything in it will be: an array that V8 never has to convert.
  readonly #packed: number[] = new Array<number>(maximumRows).fill(0.5)
  readonly #evidence: IntegerEvidence = new IntegerEvidence(maximumRows)

  read(rows: readonly unknown[], index: number, name: string, type: ColumnType, isIdentity: boolean): void {
    this.count = 0
    this.#seen.fill(0)
    if (type === 'integer') this.#readIntegers(rows, index, name)
    else this.#readTexts(rows, index, name, type)
    if (type !== 'integer') return
    const plain = isIdentity ? plainIntegers : plainQuantities
    if (this.count > 1) this.#evidence.weigh(this.#integers, this.count, plain, this.bits)
    this.#integers.fill(0)
  }

  /** Hashes, bits and steps in one list, which is as long as there are values. */
  packed(): number[] {
    for (let i = 0; i < this.count; i++) this.#packed[i] = this.packedAt(i)
    return this.#packed.slice(0, this.count)
  }

  packedAt(i: number): number {
    const weight = (this.bits[i] ?? 0) | (((this.steps[i] ?? 0) + 1) << 6)
    return (this.hashes[i] ?? 0) * packedWeights + weight
  }

  #isNew(hash: number): boolean {
    const seen = this.#seen
    const place = placeOf(seen, hash)
    if (seen[place] === hash) return false
    seen[place] = hash
    return true
  }

  #readIntegers(rows: readonly unknown[], index: number, name: string): void {
    const { hashes, steps, bits } = this
    const integers = this.#integers
    const length = Math.min(rows.length, maximumRows)
    let count = 0
    let previous = 0
    for (let i = 0; i < length; i++) {
      const value = valueIn(rows[i], index, name)
      const hash = typeof value === 'number' ? hashNumber(value) : hashValue(value)
      if (hash < 0 || !this.#isNew(hash)) continue
      const integer = integerOf(value)
      hashes[count] = hash
      steps[count] = count === 0 ? 0 : Math.sign(integer - previous)
      bits[count] = 0
      integers[count++] = integer
      previous = integer
    }
    this.count = count
  }

  #readTexts(rows: readonly unknown[], index: number, name: string, type: ColumnType): void {
    let previous: unknown
    for (let i = 0; i < rows.length && i < maximumRows; i++) {
      const value = valueIn(rows[i], index, name)
      const hash = hashValue(value)
      if (hash < 0 || !this.#isNew(hash)) continue
      const at = this.count++
      this.hashes[at] = hash
      this.steps[at] = at === 0 || type === 'uuid' ? 0 : String(value) > String(previous) ? 1 : -1
      this.bits[at] =
        type === 'uuid' ? uuidBits : typeof value === 'string' && looksLikeData(value) ? textBits : 0
      previous = value
    }
  }
}

/** A row is an object, or a list in `rowMode: 'array'`. */
function valueIn(row: unknown, index: number, name: string): unknown {
  if (typeof row !== 'object' || row === null) return undefined
  return Array.isArray(row) ? row[index] : (row as Record<string, unknown>)[name]
}

/** A type parser of the application's own may have made anything of it. */
function integerOf(value: unknown): number {
  const integer = typeof value === 'number' ? value : Number(value)
  return Number.isSafeInteger(integer) ? integer : 0
}
