// Watches the contract run: a NodeSDK with PgInstrumentation and insights, everything kept in memory.

/** Where the contract finds who watches it; nobody if the driver runs bare. */
const slot = Symbol.for('pgspan.matrix')

/**
 * @param {object} packages what the entry imported or required
 */
function observe({ NodeSDK, AggregationTemporality, PeriodicExportingMetricReader, ...packages }) {
  const { api, PgInstrumentation, InsightsSpanProcessor } = packages
  const complaints = []
  const complain = (...args) => complaints.push(args.map(String).join(' '))
  api.diag.setLogger(
    { error: complain, warn: complain, info() {}, debug() {}, verbose() {} },
    api.DiagLogLevel.WARN,
  )
  const spans = new SpanKeeper()
  const events = []
  const reader = new PeriodicExportingMetricReader({
    exporter: new SilentMetricExporter(AggregationTemporality.CUMULATIVE),
    exportIntervalMillis: 3_600_000,
  })
  const sdk = new NodeSDK({
    autoDetectResources: false,
    // Every statement is to be seen, also one that is quiet as long as it is fast.
    instrumentations: [new PgInstrumentation({ beginSpans: 'always' })],
    logRecordProcessors: [logKeeper(events)],
    metricReaders: [reader],
    spanProcessors: [new InsightsSpanProcessor(), spans],
  })
  sdk.start()
  globalThis[slot] = new Observer(api, spans, events, complaints, reader, sdk)
}

class Observer {
  #api
  #spans
  #events
  #complaints
  #reader
  #sdk
  #callers = new Map()

  constructor(api, spans, events, complaints, reader, sdk) {
    this.#api = api
    this.#spans = spans
    this.#events = events
    this.#complaints = complaints
    this.#reader = reader
    this.#sdk = sdk
  }

  /** Runs `action` under a span of a trace of its own. */
  caller(name, action) {
    const { context, ROOT_CONTEXT, trace } = this.#api
    const span = trace.getTracer('contract').startSpan(name, {}, ROOT_CONTEXT)
    this.#callers.set(span.spanContext().spanId, { name, traceId: span.spanContext().traceId })
    return context.with(trace.setSpan(ROOT_CONTEXT, span), async () => {
      try {
        return await action()
      } finally {
        span.end()
      }
    })
  }

  /** Every point of every metric: `{ name: [{ attributes, value }] }`. */
  async metrics() {
    const { resourceMetrics } = await this.#reader.collect()
    const points = {}
    for (const { metrics } of resourceMetrics.scopeMetrics) {
      for (const { descriptor, dataPoints } of metrics) points[descriptor.name] = dataPoints
    }
    return points
  }

  async report() {
    const metrics = await this.metrics()
    const report = {
      spans: this.#spans.ended.map((span) => this.#describe(span)),
      open: this.#spans.started - this.#spans.ended.length,
      events: this.#events,
      metrics,
    }
    await this.#sdk.shutdown()
    return { ...report, complaints: this.#complaints }
  }

  #describe(span) {
    const { spanId, traceId } = span.spanContext()
    const caller = this.#callers.get(span.parentSpanContext?.spanId)
    return {
      id: spanId,
      name: span.name,
      scope: span.instrumentationScope.name,
      kind: span.kind,
      status: span.status,
      attributes: span.attributes,
      events: span.events.map(({ name }) => name),
      caller: caller?.name,
      isOfCallersTrace: caller?.traceId === traceId,
      startedAt: span.startTime,
    }
  }
}

class SpanKeeper {
  started = 0
  ended = []
  onStart() {
    this.started++
  }
  onEnd(span) {
    this.ended.push(span)
  }
  async forceFlush() {}
  async shutdown() {}
}

class SilentMetricExporter {
  #temporality
  constructor(temporality) {
    this.#temporality = temporality
  }
  selectAggregationTemporality() {
    return this.#temporality
  }
  export(_metrics, done) {
    done({ code: 0 })
  }
  async forceFlush() {}
  async shutdown() {}
}

function logKeeper(events) {
  return {
    onEmit: ({ eventName, attributes, spanContext }) =>
      events.push({ eventName, attributes, spanId: spanContext?.spanId }),
    async forceFlush() {},
    async shutdown() {},
  }
}

module.exports = { observe, slot }
