import { type CallSite, QueryExecution } from '@pgspan/lifecycle'
import { armStatement } from './armed-statements.js'
import { callSiteOfError, readCallSite } from './call-site-reader.js'
import { guarded } from './guarded.js'
import type { PgQuery } from './pg-shapes.js'
import type { OwnFunction } from './stack-frames.js'

type CallSiteListener = (site: CallSite | undefined) => void

/** A query execution with what only the driver's patches know of it. */
export class PgQueryExecution extends QueryExecution {
  /** The object in the client's queue; undefined until the client took the query. */
  driverQuery: PgQuery | undefined = undefined
  /** True if the caller awaits a promise whose stack can be read after settlement. */
  awaitsPromise = false
  /** Who made the query, if that was noted when it was made; see {@link armStatement}. */
  notedCaller: CallSite | undefined = undefined
  #callSiteListeners: CallSiteListener[] | undefined = undefined

  override requestCallSite(listener: CallSiteListener): void {
    this.isCallSiteWanted = true
    if (!this.awaitsPromise) {
      armStatement(this.shape.fingerprint)
      listener(this.notedCaller)
      return
    }
    if (this.#callSiteListeners === undefined) {
      this.#callSiteListeners = []
      // By then the promise has reached its caller, if it is one that can be followed; see exception-events.ts.
      queueMicrotask(() => queueMicrotask(() => this.#answer(() => callSiteOfError(this.error))))
    }
    this.#callSiteListeners.push(listener)
  }

  /** Runs inside `reaction`, the one that leads to the caller; costs nothing if nobody asked. */
  answerCallSite(reaction: OwnFunction): void {
    if (this.#callSiteListeners !== undefined) this.#answer(() => readCallSite(reaction))
  }

  #answer(read: () => CallSite | undefined): void {
    const listeners = this.#callSiteListeners
    if (listeners === undefined) return
    this.#callSiteListeners = undefined
    const site = guarded(read)
    // What is thrown here would reject the caller's promise.
    for (const listener of listeners) guarded(() => listener(site))
  }
}
