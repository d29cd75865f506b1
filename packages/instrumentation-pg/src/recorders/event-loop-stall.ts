import { attributes as names } from '@pgspan/conventions'
import type { Observer, QueryExecution } from '@pgspan/lifecycle'
import { LoopStallSampler } from './loop-stall-sampler.js'

/**
 * Tells on a query span how long this process could not have read the answer, because its event loop was blocked
 * while the query was with the server. Part of that time the server may have worked all the same.
 */
export class EventLoopStall implements Observer {
  readonly name = 'event-loop-stall'
  readonly #sampler = new LoopStallSampler()

  queryStarted({ span }: QueryExecution): void {
    if (span?.isRecording()) this.#sampler.begin()
  }

  querySettled({ span, sentAt, settledAt }: QueryExecution): void {
    if (!span?.isRecording()) return
    this.#sampler.end()
    if (sentAt === 0) return
    const millis = this.#sampler.blockedBetween(sentAt, settledAt)
    if (millis > 0) span.setAttribute(names.pgspanEventLoopStall, millis / 1000)
  }

  close(): void {
    this.#sampler.close()
  }
}
