import type { Tracer } from '@opentelemetry/api'
import { type LoggerLike, type Observer, processState } from '@pgspan/lifecycle'
import type { PgInstrumentationConfig } from '../options.js'
import { AcquireAndConnectSpans } from './acquire-and-connect-spans.js'
import { ConnectionTimes } from './connection-times.js'
import { ExceptionEvents } from './exception-events.js'
import type { Instruments } from './instruments.js'
import { OperationDuration } from './operation-duration.js'
import { PoolGauges } from './pool-gauges.js'
import { QuerySpans } from './query-spans.js'

/** Everything that one instrumentation records, attached to the events of this process's drivers. */
export class RecorderSet {
  readonly #gauges: PoolGauges
  readonly #detach: readonly (() => void)[]

  constructor(
    tracer: () => Tracer,
    logger: () => LoggerLike | undefined,
    instruments: Instruments,
    options: PgInstrumentationConfig,
  ) {
    this.#gauges = new PoolGauges(instruments)
    const observers: Observer[] = [
      new QuerySpans(tracer),
      new AcquireAndConnectSpans(tracer, options.acquireSpans ?? 'slow', options.connectSpans ?? 'slow'),
      new OperationDuration(instruments),
      new ExceptionEvents(logger),
      new ConnectionTimes(instruments),
      this.#gauges,
    ]
    const { dispatcher } = processState()
    this.#detach = observers.map((observer) => dispatcher.attach(observer))
  }

  detach(): void {
    for (const detach of this.#detach) detach()
    this.#gauges.close()
  }
}
