import { type Context, context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import { PgInstrumentation as UpstreamInstrumentation } from '@opentelemetry/instrumentation-pg'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import type { MetricData } from '@opentelemetry/sdk-metrics'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import type { Telemetry } from '../support/telemetry.js'
import type { TestDatabase } from '../support/test-database.js'
import { loadPgAnew, useFreshMetrics } from '../upstream-claims/claimed-instrumentation.js'
import type { Side } from './behaviour.js'

type Instrumentation = UpstreamInstrumentation | PgInstrumentation

/** An application with one of the two instrumentations: what behaviours are observed on. */
export class Subject {
  readonly side: Side
  readonly instrumentation: Instrumentation
  readonly instrumentationClass: typeof UpstreamInstrumentation | typeof PgInstrumentation
  readonly pg: typeof pg
  readonly database: TestDatabase
  readonly #telemetry: Telemetry
  readonly #records: InMemoryLogRecordExporter = new InMemoryLogRecordExporter()
  readonly #opened: { end(): Promise<void> }[] = []
  #client: pg.Client | undefined = undefined
  #metric: (name: string) => Promise<MetricData | undefined>

  constructor(side: Side, telemetry: Telemetry, database: TestDatabase) {
    this.side = side
    this.database = database
    this.#telemetry = telemetry
    const processor = new SimpleLogRecordProcessor({ exporter: this.#records })
    logs.setGlobalLoggerProvider(new LoggerProvider({ processors: [processor] }))
    this.instrumentationClass = side === 'upstream' ? UpstreamInstrumentation : PgInstrumentation
    this.instrumentation = new this.instrumentationClass()
    this.#metric = useFreshMetrics(this.instrumentation)
    this.pg = loadPgAnew()
  }

  /** A client that is connected. */
  get client(): pg.Client {
    if (this.#client === undefined) throw new Error('there is a client while a behaviour is observed')
    return this.#client
  }

  /** The state in which each behaviour is observed: a client, the options, nothing recorded yet. */
  async prepare(options: object): Promise<void> {
    this.instrumentation.setConfig({})
    this.#client = this.newClient()
    await this.#client.connect()
    this.instrumentation.setConfig(options)
    this.#metric = useFreshMetrics(this.instrumentation)
    this.reset()
  }

  async cleanUp(): Promise<void> {
    this.instrumentation.setConfig({})
    await Promise.all(this.#opened.splice(0).map((opened) => opened.end().catch(() => {})))
  }

  reset(): void {
    this.#telemetry.reset()
    this.#records.reset()
  }

  newClient(options: pg.ClientConfig = {}): pg.Client {
    const client = new this.pg.Client({ ...this.#connection, ...options })
    this.#opened.push(client)
    return client
  }

  newPool(options: pg.PoolConfig = {}): pg.Pool {
    const pool = new this.pg.Pool({ ...this.#connection, ...options })
    let ended: Promise<void> | undefined
    this.#opened.push({ end: () => (ended ??= pool.ending ? Promise.resolve() : pool.end()) })
    return pool
  }

  get #connection(): pg.ClientConfig {
    const { host, port, user, password, name } = this.database
    return { host, port, user, password, database: name }
  }

  /** Runs it in a span of the application named `caller`. */
  asCaller<Result>(run: (caller: Span) => Result): Result {
    const span = trace.getTracer('application').startSpan('caller')
    return context.with(trace.setSpan(context.active(), span), run, undefined, span)
  }

  /** The spans that the instrumentation has made, in the order of their ends. */
  get spans(): readonly SeenSpan[] {
    const all = this.#telemetry.spans()
    const own = all.filter(({ instrumentationScope }) => instrumentationScope.name !== 'application')
    return own.map((span) => seen(span, all))
  }

  /** Those of them that are of queries. */
  get querySpans(): readonly SeenSpan[] {
    return this.spans.filter(({ name }) => !/^pg(-pool)?\.(connect|acquire)$/.test(name))
  }

  get events(): readonly { readonly name: string | undefined; readonly message: unknown }[] {
    return this.#records.getFinishedLogRecords().map(({ eventName, attributes }) => ({
      name: eventName,
      message: attributes['exception.message'],
    }))
  }

  metric(name: string): Promise<MetricData | undefined> {
    return this.#metric(name)
  }

  /** The name of the span that is active; undefined for none. */
  activeSpan(active: Context = context.active()): string | undefined {
    return (trace.getSpan(active) as ReadableSpan | undefined)?.name
  }
}

export interface SeenSpan {
  readonly name: string
  readonly kind: string
  /** `caller` for the application's span, else the name of the instrumentation's own; undefined for a root. */
  readonly parent: string | undefined
  readonly status: string
  readonly millis: number
  readonly attributes: Readonly<Record<string, unknown>>
  readonly events: readonly { readonly name: string; readonly message: unknown }[]
  readonly spanContext: ReturnType<Span['spanContext']>
}

function seen(span: ReadableSpan, all: readonly ReadableSpan[]): SeenSpan {
  const parentId = span.parentSpanContext?.spanId
  const parent = all.find((other) => other.spanContext().spanId === parentId)
  return {
    name: span.name,
    kind: SpanKind[span.kind],
    // The caller's span is still open.
    parent: parentId === undefined ? undefined : (parent?.name ?? 'caller'),
    status: SpanStatusCode[span.status.code],
    millis: span.duration[0] * 1_000 + span.duration[1] / 1e6,
    attributes: span.attributes,
    events: span.events.map(({ name, attributes }) => ({ name, message: attributes?.['exception.message'] })),
    spanContext: span.spanContext(),
  }
}
