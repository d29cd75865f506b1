import { context, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  type DataPoint,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'

/** A whole SDK in memory, registered as this process's own. */
export interface Telemetry {
  /** Ended spans, in the order of their end. */
  spans(): readonly ReadableSpan[]
  /** Current points of one metric, attributes first, as a collection would export them. */
  points(metric: string): Promise<readonly DataPoint<unknown>[]>
  reset(): void
}

export function useTelemetry(
  options: { sampler?: Sampler; spanProcessors?: SpanProcessor[] } = {},
): Telemetry {
  const spanExporter = new InMemorySpanExporter()
  const tracerProvider = new TracerProvider({
    ...(options.sampler && { sampler: options.sampler }),
    spanProcessors: [...(options.spanProcessors ?? []), new SimpleSpanProcessor({ exporter: spanExporter })],
  })
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({
    exporter: metricExporter,
    exportIntervalMillis: 3_600_000,
  })
  const meterProvider = new MeterProvider({ readers: [reader] })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(tracerProvider)
  metrics.setGlobalMeterProvider(meterProvider)
  return {
    spans: () => spanExporter.getFinishedSpans(),
    reset: () => spanExporter.reset(),
    async points(name) {
      const { resourceMetrics } = await reader.collect()
      const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
      return all
        .filter((metric) => metric.descriptor.name === name)
        .flatMap((metric) => metric.dataPoints as DataPoint<unknown>[])
    },
  }
}
