import type { Tracer } from '@opentelemetry/api'
import { type LoggerLike, type Observer, processState } from '@pgspan/lifecycle'
import type { PgInstrumentationConfig } from '../options.js'
import { AcquireAndConnectSpans } from './acquire-and-connect-spans.js'
import { ConnectionTimes } from './connection-times.js'
import { EventLoopStall } from './event-loop-stall.js'
import { ExceptionEvents } from './exception-events.js'
import { Hooks } from './hooks.js'
import type { Instruments } from './instruments.js'
import { OperationDuration } from './operation-duration.js'
import { PoolMetrics } from './pool-metrics.js'
import { QueryAttributes } from './query-attributes.js'
import { QueryHooks } from './query-hooks.js'
import { QueryIds } from './query-ids.js'
import { QueryParameters } from './query-parameters.js'
import { QuerySpans } from './query-spans.js'
import { ReturnedRows } from './returned-rows.js'
import type { SpanOf } from './span-of.js'
import { TracedQueries } from './traced-queries.js'
import { Transactions } from './transactions.js'

/** What of it an instrumentation records; the rest is recorded by another, to the same provider. Events are apart. */
export interface RecordedParts {
  readonly spans: boolean
  readonly metrics: boolean
}

/** Everything that one instrumentation records, attached to the events of this process's drivers. */
export class RecorderSet {
  readonly #pools: PoolMetrics
  readonly #queryIds: QueryIds
  readonly #detach: readonly (() => void)[]

  /** @param isSilent true as long as all that is recorded goes nowhere. */
  constructor(
    tracer: () => Tracer,
    logger: () => LoggerLike | undefined,
    instruments: Instruments,
    options: PgInstrumentationConfig,
    { spans, metrics }: RecordedParts,
    isSilent: () => boolean,
  ) {
    this.#pools = new PoolMetrics(instruments)
    const hooks = new Hooks()
    const traced = new TracedQueries(hooks, options)
    const querySpans = new QuerySpans(tracer, traced, options)
    const spanOf: SpanOf = (query) => querySpans.spanOf(query)
    this.#queryIds = new QueryIds(spanOf)
    const spanRecorders: Observer[] = [
      querySpans,
      new EventLoopStall(spanOf),
      new Transactions(spanOf),
      ...(options.queryIds ? [this.#queryIds] : []),
      ...ofQuerySpans(spanOf, hooks, options),
      new AcquireAndConnectSpans(tracer, traced, hooks, options),
    ]
    const attributes = new QueryAttributes()
    const metricRecorders: Observer[] = [
      new OperationDuration(instruments, attributes),
      ...(options.recordReturnedRows ? [new ReturnedRows(instruments, attributes)] : []),
      new ConnectionTimes(instruments),
      this.#pools,
    ]
    const observers = [
      ...(spans ? spanRecorders : []),
      new ExceptionEvents(logger),
      ...(metrics ? metricRecorders : []),
    ]
    const { dispatcher } = processState()
    this.#detach = observers.map((observer) => dispatcher.attach(observer, isSilent))
  }

  detach(): void {
    for (const detach of this.#detach) detach()
    this.#pools.close()
    this.#queryIds.close()
  }
}

/** What adds to query spans, if asked for: they begin after the spans do, and end before them. */
function ofQuerySpans(spanOf: SpanOf, hooks: Hooks, options: PgInstrumentationConfig): Observer[] {
  const observers: Observer[] = []
  if (options.recordQueryParameters)
    observers.push(new QueryParameters(spanOf, hooks, options.redactQueryParameter))
  if (options.requestHook || options.responseHook) observers.push(new QueryHooks(spanOf, hooks, options))
  return observers
}
