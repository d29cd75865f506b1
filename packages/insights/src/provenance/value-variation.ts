import type { ParameterSlot, QueryShape } from '@pgspan/lifecycle'
import { RepeatTable } from '../units/repeat-table.js'
import { ColumnProbe } from './column-probe.js'
import { HashSet } from './hash-set.js'
import type { ResultSource } from './result-source.js'
import { isIdentity, type SlotValues, selects } from './slot-values.js'

/** Distinct values are counted up to here. */
const maximumKeys = 1_024
const maximumProbes = 2
/** How many of the range values of a statement that pages by key repeat the page before. */
const wantedPageHits = 0.6

const noValues: readonly number[] = []

/** How the values of a repeated statement differ between its executions in one unit of work. */
export class ValueVariation {
  /** Slots whose values select rows and differ; at most two. */
  readonly probes: ColumnProbe[] = []
  /** The statement could go on where the rows of its last execution ended. */
  readonly mayPage: boolean
  readonly #shape: QueryShape
  readonly #first: readonly number[]
  readonly #firstList: number
  readonly #firstKey: number
  // Made when executions differ: most statements run once, or with the same values.
  #keys: HashSet | undefined = undefined
  #repeats: RepeatTable | undefined = undefined
  /** What all executions so far were given, when, and how many of them there were. */
  #onlyHash = -1
  #onlyEpoch = 0
  #onlyRuns = 0
  #runs = 1
  #plainKeys = 0
  #keySum = 0
  #listRuns: number
  #listVaries = false
  #pageHits = 0
  #pages = 0
  #lastPage: readonly number[] = noValues
  #lastPageRows = 0

  /** @param first the values of the first execution. */
  constructor(shape: QueryShape, first: SlotValues) {
    this.#shape = shape
    this.mayPage = shape.hasOrderBy && shape.hasLimit
    this.#first = first.copy()
    this.#firstList = first.listHash
    this.#listRuns = first.listHash === 0 ? 0 : 1
    this.#firstKey = first.keyHash
    if (first.keyHash > 0) this.#countKey(first.keyHash, first.isPlain)
  }

  /** How many different values the statement was asked for; exact up to 1,024. */
  get distinct(): number {
    return this.#keys?.size ?? 1
  }

  /** Most of the different values could as well be constants of the code. */
  get isPlain(): boolean {
    return this.#plainKeys * 2 > this.distinct
  }

  /** The same for the same different values, in whatever order. */
  get keySum(): number {
    return this.#keySum
  }

  /** How often the same values were asked for while nothing was written to the statement's tables. */
  get repeated(): number {
    return this.#repeats?.highest ?? Math.max(1, this.#onlyRuns)
  }

  /** Most executions ask for a list of values, and the lists differ: somebody batches already. */
  get isBatched(): boolean {
    return this.#listVaries && this.#listRuns * 2 >= this.#runs
  }

  /** Each execution goes on where the rows of the one before ended. */
  get isKeysetPagination(): boolean {
    return this.#pages > 1 && this.#pageHits >= this.#pages * wantedPageHits
  }

  /** Takes a further execution, before it runs. */
  add(values: SlotValues, sources: readonly ResultSource[]): void {
    this.#runs++
    if (values.listHash !== 0) this.#listRuns++
    if (values.count !== this.#first.length || values.listHash !== this.#firstList) {
      this.#listVaries = true
      return
    }
    this.#compare(values)
    this.#addKey(values.keyHash, values.isPlain)
    for (const probe of this.probes) {
      if (probe.keys === 0) probe.offer(this.#first[probe.index] ?? 0, sources, this.#shape.fingerprint)
      probe.offer(values.hashes[probe.index] ?? 0, sources, this.#shape.fingerprint)
    }
  }

  /**
   * Counts a successful execution, by the hash of all its values. Returns how often these values were asked for in
   * this epoch: since the statement's tables were last written to.
   */
  countRepeat(hash: number, epoch: number): number {
    if (hash < 0) return 0
    if (this.#repeats !== undefined) return this.#repeats.count(hash, epoch)
    if (this.#onlyRuns === 0) {
      this.#onlyHash = hash
      this.#onlyEpoch = epoch
    }
    if (hash === this.#onlyHash && epoch === this.#onlyEpoch) return ++this.#onlyRuns
    this.#repeats = new RepeatTable(this.#onlyHash, this.#onlyEpoch, this.#onlyRuns)
    return this.#repeats.count(hash, epoch)
  }

  /** Remembers the hashes of the last row of a page, and how many rows there were. */
  endPage(lastRow: readonly number[], rows: number): void {
    this.#lastPage = lastRow
    this.#lastPageRows = rows
  }

  #addKey(hash: number, isPlain: boolean): void {
    if (this.#keys === undefined) {
      if (hash > 0 && hash === this.#firstKey) return
      this.#keys = new HashSet(maximumKeys)
      if (this.#firstKey > 0) this.#keys.add(this.#firstKey)
    }
    if (hash > 0 && this.#keys.add(hash)) this.#countKey(hash, isPlain)
  }

  #countKey(hash: number, isPlain: boolean): void {
    this.#keySum = (this.#keySum + hash) | 0
    if (isPlain) this.#plainKeys++
  }

  #compare(values: SlotValues): void {
    let mayMove = false
    let meetsLastPage = false
    for (let i = 0; i < values.count; i++) {
      const hash = values.hashes[i] ?? 0
      if (hash === this.#first[i]) continue
      const slot = this.#shape.slots[i]
      if (slot === undefined) continue
      const isRange = slot.role === 'range'
      // A cursor may be found by its key first. Of a single row, the value leads from row to row.
      if (isRange || (this.mayPage && this.#lastPageRows > 1)) {
        mayMove = true
        meetsLastPage ||= this.#lastPage.includes(hash)
      }
      if (!isRange) this.#probe(slot, i)
    }
    if (!mayMove) return
    this.#pages++
    if (meetsLastPage) this.#pageHits++
  }

  #probe(slot: ParameterSlot, index: number): void {
    if (this.probes.length >= maximumProbes) return
    for (const probe of this.probes) if (probe.index === index) return
    const hasIdentity = this.#shape.slots.some((other) => isIdentity(other.role))
    if (!selects(slot.role, hasIdentity)) return
    this.probes.push(new ColumnProbe(slot, index))
  }
}
