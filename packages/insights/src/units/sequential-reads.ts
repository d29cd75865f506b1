import type { CallSite, QueryResultView } from '@pgspan/lifecycle'
import type { SlotValues } from '../provenance/slot-values.js'
import { hashValue } from '../provenance/value-hash.js'
import type { ObservedQuery } from './observed-query.js'

/** Shorter queries are not worth running at the same time, in milliseconds. */
export const leastReadMillis = 10
/** What begins later did not only wait for the one before: a pause as long as a read that counts. */
const maximumGapMillis: number = leastReadMillis
const maximumSteps = 16
const maximumRows = 64
const maximumColumns = 16

/** Reads that ran one after the other and did not use one another's rows. */
export interface ReadChain {
  readonly steps: ObservedQuery[]
  /** What remains of the time if all but the longest run beside it. */
  savedMillis: number
  callSite: CallSite | undefined
}

/**
 * Follows reads of a unit of work that begin when the one before has ended, while nothing else runs, and whose values
 * are not in the rows of those before.
 *
 * Costs a comparison for a query of less than ten milliseconds; the rows of longer ones are hashed.
 */
export class SequentialReads {
  /** The chain that saves most. */
  best: ReadChain | undefined = undefined
  #chain: ReadChain | undefined = undefined
  #next: ObservedQuery | undefined = undefined
  readonly #rows: Set<number> = new Set()
  /** Not all values of the rows so far are known. */
  #isOpaque = false

  /** @param running queries of the unit of work, this one included. */
  start(query: ObservedQuery, values: SlotValues, running: number): void {
    if (this.#chain === undefined) return
    if (running === 1 && this.#follows(this.#chain.steps, query, values)) this.#next = query
    else this.#end()
  }

  /** @param running queries of the unit of work, without this one. */
  settle(query: ObservedQuery, result: QueryResultView | undefined, running: number): void {
    const isLong = query.settledAt - query.startedAt >= leastReadMillis
    if (this.#chain === undefined && !isLong) return
    if (!isLong || result === undefined || running > 0 || !isPlainRead(query)) this.#end()
    else if (this.#chain === undefined) this.#begin(query, result)
    else if (this.#next === query) this.#add(this.#chain, query, result)
    else this.#end()
  }

  #follows(steps: readonly ObservedQuery[], query: ObservedQuery, values: SlotValues): boolean {
    const last = steps.at(-1)
    if (last === undefined || steps.length === maximumSteps || !isPlainRead(query)) return false
    if (query.startedAt - last.settledAt > maximumGapMillis) return false
    // It was called before: what it waited for is a connection.
    if ((query.checkout?.requestedAt ?? 0) < last.settledAt) return false
    if (query.callerContext !== last.callerContext || query.checkout === last.checkout) return false
    if (steps.some(({ shape }) => shape.fingerprint === query.shape.fingerprint)) return false
    return !this.#mayUseRows(values)
  }

  #mayUseRows(values: SlotValues): boolean {
    if (!values.isKnown || values.listHash !== 0) return true
    if (this.#isOpaque && values.count > 0) return true
    for (let i = 0; i < values.count; i++) {
      const hash = values.hashes[i] ?? 0
      if (hash < 0 || this.#rows.has(hash)) return true
    }
    return false
  }

  #begin(query: ObservedQuery, result: QueryResultView): void {
    this.#chain = { steps: [query], savedMillis: 0, callSite: undefined }
    this.#remember(query, result)
  }

  #add(chain: ReadChain, query: ObservedQuery, result: QueryResultView): void {
    chain.steps.push(query)
    const millis = chain.steps.map(({ startedAt, settledAt }) => settledAt - startedAt)
    chain.savedMillis = millis.reduce((sum, one) => sum + one, 0) - Math.max(...millis)
    if (chain.savedMillis > (this.best?.savedMillis ?? 0)) this.best = chain
    this.#next = undefined
    this.#remember(query, result)
  }

  /** What the query was asked for and gives back was known before. */
  #remember(query: ObservedQuery, { rows, fields }: QueryResultView): void {
    if (rows.length > maximumRows || fields.length > maximumColumns) this.#isOpaque = true
    for (let i = 0; i < rows.length && i < maximumRows; i++) {
      const row = rows[i]
      if (typeof row !== 'object' || row === null) continue
      for (const value of Object.values(row)) {
        const hash = hashValue(value)
        if (hash > 0 && hash !== query.echoHash) this.#rows.add(hash)
        else if (typeof value === 'object' && value !== null) this.#isOpaque = true
      }
    }
  }

  #end(): void {
    this.#chain = undefined
    this.#next = undefined
    this.#isOpaque = false
    if (this.#rows.size > 0) this.#rows.clear()
  }
}

/** On a connection of its own: neither in a transaction nor on a client that is held. Sleeping has no effect. */
function isPlainRead({ shape, transaction, checkout, errorCode }: ObservedQuery): boolean {
  if (shape.kind !== 'read' || shape.locks || shape.isMultiStatement) return false
  if (transaction !== undefined || checkout === undefined || errorCode !== undefined) return false
  return !shape.isVolatile || /\bpg_sleep\b/i.test(shape.sanitizedText)
}
