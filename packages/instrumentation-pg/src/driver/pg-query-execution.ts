import { type CallSite, QueryExecution } from '@pgspan/lifecycle'
import { armStatement } from './armed-statements.js'
import { callSiteOfError, readCallSite } from './call-site-reader.js'
import { guarded } from './guarded.js'
import type { PgQuery } from './pg-shapes.js'
import { watchResolutions } from './resolution-watch.js'
import type { OwnFunction } from './stack-frames.js'

type CallSiteListener = (site: CallSite | undefined) => void

interface Question {
  readonly listeners: CallSiteListener[]
  /** The answer is on its way to the caller in this turn of the event loop. */
  readonly isInTime: boolean
}

/** The execution whose settlement observers hear of at the moment. */
let settling: PgQueryExecution | undefined

export function noteSettling(execution: PgQueryExecution | undefined): void {
  settling = execution
}

/** A query execution with what only the driver's patches know of it. */
export class PgQueryExecution extends QueryExecution {
  /** The object in the client's queue; undefined until the client took the query. */
  driverQuery: PgQuery | undefined = undefined
  /** True if the caller awaits a promise whose stack can be read after settlement. */
  awaitsPromise = false
  /** Who made the query, if that was noted when it was made; see {@link armStatement}. */
  notedCaller: CallSite | undefined = undefined
  #question: Question | undefined = undefined

  override requestCallSite(listener: CallSiteListener): void {
    this.isCallSiteWanted = true
    if (!this.awaitsPromise) {
      armStatement(this.shape.fingerprint)
      listener(this.notedCaller)
      return
    }
    if (this.#question === undefined) {
      this.#question = { listeners: [], isInTime: settling === this && this.error === undefined }
      // By then the promise has reached its caller, if it is one that can be followed; see exception-events.ts.
      queueMicrotask(() => queueMicrotask(() => this.#answer(() => callSiteOfError(this.error))))
    }
    this.#question.listeners.push(listener)
  }

  /** Runs inside `reaction`, the one that leads to the caller; costs nothing if nobody asked. */
  answerCallSite(reaction: OwnFunction): void {
    if (this.#question !== undefined) this.#answer(() => readCallSite(reaction))
  }

  /** What the promise itself does not tell, its way on may. */
  #answer(read: () => CallSite | undefined): void {
    const question = this.#question
    if (question === undefined) return
    this.#question = undefined
    // What is thrown here would reject the caller's promise.
    const tell = (site: CallSite | undefined): void => {
      for (const listener of question.listeners) guarded(() => listener(site))
    }
    const site = guarded(read)
    if (site === undefined && question.isInTime)
      watchResolutions(this.shape.fingerprint, this.unitOfWork, tell)
    else tell(site)
  }
}
