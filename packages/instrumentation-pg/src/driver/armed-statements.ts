import type { CallSite } from '@pgspan/lifecycle'
import { readCallSite } from './call-site-reader.js'
import type { OwnFunction } from './stack-frames.js'

/** So many executions of a statement are looked at for each question about it: a millisecond in all. */
const executionsPerQuestion = 50
const maximumStatements = 500

const executionsLeft: Map<string, number> = new Map()

/**
 * Notes who makes a statement when it is made again.
 *
 * For callers with a callback, a cursor or a stream: they await no promise of the driver, so at settlement nothing
 * leads back to them. The first question about such a statement stays without an answer; after it, the stacks of the
 * statement's next executions are read while they start, at some 20 µs each.
 */
export function armStatement(fingerprint: string): void {
  if (executionsLeft.size >= maximumStatements && !executionsLeft.has(fingerprint)) executionsLeft.clear()
  executionsLeft.set(fingerprint, executionsPerQuestion)
}

/** False as long as nobody asked, which is nearly always. */
export function isAnyStatementArmed(): boolean {
  return executionsLeft.size > 0
}

/**
 * The caller that is on the stack now; undefined if the statement is not armed.
 *
 * @param entered the function of ours that was called.
 */
export function callerOfArmed(fingerprint: string, entered: OwnFunction): CallSite | undefined {
  const left = executionsLeft.get(fingerprint)
  if (left === undefined) return undefined
  if (left > 1) executionsLeft.set(fingerprint, left - 1)
  else executionsLeft.delete(fingerprint)
  return readCallSite(entered)
}
