import { attributes as names } from '@pgspan/conventions'
import { type LoopStallSampler, type Observer, processState, type QueryExecution } from '@pgspan/lifecycle'
import type { SpanOf } from './span-of.js'

/**
 * Tells on a query span how long this process could not have read the answer, because its event loop was blocked
 * while the query was with the server. Part of that time the server may have worked all the same.
 */
export class EventLoopStall implements Observer {
  readonly name = 'event-loop-stall'
  readonly #spanOf: SpanOf
  readonly #sampler: LoopStallSampler = processState().loopStalls

  constructor(spanOf: SpanOf) {
    this.#spanOf = spanOf
  }

  queryStarted(query: QueryExecution): void {
    if (this.#spanOf(query)?.isRecording()) this.#sampler.begin()
  }

  querySettled(query: QueryExecution): void {
    const span = this.#spanOf(query)
    if (!span?.isRecording()) return
    this.#sampler.end()
    const { sentAt, settledAt } = query
    if (sentAt === 0) return
    const millis = this.#sampler.blockedBetween(sentAt, settledAt)
    if (millis > 0) span.setAttribute(names.pgspanEventLoopStall, millis / 1000)
  }
}
