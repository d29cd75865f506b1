// The SDK as the benchmark runs it: everything is made, sampled and aggregated, and goes nowhere. What an exporter
// costs is the same for everybody.
import { context, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { AlwaysOffSampler, AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace'

class SilentReader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}

/** Counts spans, and keeps what the latest client span began and ended with. */
class LatestSpan {
  ended = 0
  #begun = {}
  #span = undefined

  onStart(span) {
    if (span.parentSpanContext !== undefined) this.#begun = { ...span.attributes }
  }

  onEnd(span) {
    this.ended++
    if (span.parentSpanContext !== undefined) this.#span = span
  }

  /** What a span of a query holds: its name, kind, attributes at its start and those that came later. */
  get description() {
    if (this.#span === undefined) return undefined
    const { name, kind, attributes } = this.#span
    const later = Object.entries(attributes).filter(([key]) => !(key in this.#begun))
    return { name, kind, begun: this.#begun, later }
  }

  async forceFlush() {}
  async shutdown() {}
}

/**
 * Starts the SDK.
 *
 * @param {'sampled' | 'not sampled' | 'no sdk'} sdk
 * @param {object[]} spanProcessors that run before ours
 */
export function startSdk(sdk, spanProcessors) {
  const latest = new LatestSpan()
  if (sdk === 'no sdk') return { latest, histograms: async () => [] }
  const reader = new SilentReader()
  const sampler = sdk === 'sampled' ? new AlwaysOnSampler() : new AlwaysOffSampler()
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(new TracerProvider({ sampler, spanProcessors: [...spanProcessors, latest] }))
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  return { latest, histograms: async () => histogramsOf(await reader.collect()) }
}

/** Every series of every histogram: how the instrument is made, its attributes, and how often it was recorded. */
function histogramsOf({ resourceMetrics }) {
  return resourceMetrics.scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints
        .filter(({ value }) => typeof value === 'object')
        .map(({ attributes, value }) => ({ ...descriptor, attributes, count: value.count })),
    )
}
