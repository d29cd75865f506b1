import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Attributes } from '@opentelemetry/api'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import type { MetricProducer } from '@pgspan/metrics-endpoint'

// What pgspan uses of OpenTelemetry's SDK: the same in the 2.x and the 3.x line. The packages are optional peers, so
// their types are not imported either; a type test holds these against them.

/** A processor of spans, as `@opentelemetry/sdk-trace` takes it. */
export interface SdkSpanProcessor {
  forceFlush(): Promise<void>
  onStart(span: never, parentContext: never): void
  onEnd(span: never): void
  shutdown(): Promise<void>
}

/** `@opentelemetry/sdk-node`. */
export interface SdkNodePackage {
  readonly NodeSDK: new (configuration: {
    readonly serviceName?: string
    readonly resource?: SdkResource
    readonly autoDetectResources?: boolean
    readonly instrumentations: readonly Instrumentation[]
    readonly spanProcessors: readonly unknown[]
    readonly metricReaders: readonly unknown[]
    readonly logRecordProcessors?: readonly unknown[]
  }) => {
    start(): void
    shutdown(): Promise<void>
  }
}

/** Attributes of this process. */
export interface SdkResource {
  readonly attributes: Attributes
  merge(other: SdkResource): SdkResource
  waitForAsyncAttributes?(): Promise<void>
}

/** Finds out something of this process. */
export interface SdkResourceDetector {
  detect(config?: unknown): { readonly attributes?: Readonly<Record<string, unknown>> }
}

/** `@opentelemetry/resources`. */
export interface ResourcesPackage {
  defaultResource(): SdkResource
  detectResources(config: { detectors: readonly unknown[] }): SdkResource
  resourceFromAttributes(attributes: Record<string, string>): SdkResource
  readonly envDetector: unknown
  readonly processDetector: SdkResourceDetector
  readonly hostDetector: unknown
}

/** `@opentelemetry/sdk-trace`. */
export interface SdkTracePackage {
  readonly BatchSpanProcessor: new (options: { exporter: unknown }) => unknown
  readonly SimpleSpanProcessor: new (options: { exporter: unknown }) => unknown
  readonly ConsoleSpanExporter: new () => unknown
}

/** `@opentelemetry/sdk-metrics`. */
export interface SdkMetricsPackage {
  readonly PeriodicExportingMetricReader: new (options: {
    exporter: unknown
    exportIntervalMillis?: number
    exportTimeoutMillis?: number
    metricProducers?: MetricProducer[]
  }) => unknown
  readonly ConsoleMetricExporter: new () => unknown
}

/** `@opentelemetry/exporter-prometheus`. */
export interface PrometheusPackage {
  readonly PrometheusExporter: new (options: {
    host: string
    port: number
    preventServerStart: boolean
  }) => PrometheusReader
}

export interface PrometheusReader {
  getMetricsRequestHandler(request: IncomingMessage, response: ServerResponse): void
}

/** Any of the OTLP exporter packages. */
export type OtlpPackage = Readonly<Record<string, new () => unknown>>
