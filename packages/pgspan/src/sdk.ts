import type { Instrumentation } from '@opentelemetry/instrumentation'
import { exportersFromEnvironment, type PrometheusAddress } from './exporters.js'
import { loadOptionalPackage } from './optional-package.js'
import type { PgspanOptions } from './options.js'
import { startPrometheusEndpoint } from './prometheus-endpoint.js'
import type { SdkNodePackage, SdkSpanProcessor } from './sdk-packages.js'

/** A running OpenTelemetry SDK. */
export interface RunningSdk {
  /** Settles when the metrics endpoint listens, with its address; undefined without one. */
  readonly metricsUrl: Promise<string | undefined>
  shutdown(): Promise<void>
}

/** Starts NodeSDK with the exporters that the environment asks for; undefined if no SDK is installed. */
export function startSdk(
  options: PgspanOptions,
  instrumentations: readonly Instrumentation[],
  insights: SdkSpanProcessor,
): RunningSdk | undefined {
  const sdkNode = loadOptionalPackage<SdkNodePackage>('@opentelemetry/sdk-node')
  if (sdkNode === undefined) return undefined
  const address = prometheusAddress(options)
  const exporters = exportersFromEnvironment(sdkNode.require, address)
  const sdk = new sdkNode.exports.NodeSDK({
    ...(options.serviceName !== undefined && { serviceName: options.serviceName }),
    instrumentations,
    // Insights come first: they write on root spans as these end, before anybody exports them.
    spanProcessors: [insights, ...(options.spanProcessors ?? []), ...exporters.spanProcessors],
    metricReaders: exporters.metricReaders,
    ...(exporters.logRecordProcessors && { logRecordProcessors: exporters.logRecordProcessors }),
  })
  sdk.start()
  const { prometheus } = exporters
  const endpoint = prometheus && address ? startPrometheusEndpoint(prometheus, address) : undefined
  return {
    metricsUrl: endpoint?.url ?? Promise.resolve(undefined),
    async shutdown() {
      endpoint?.close()
      await sdk.shutdown()
    },
  }
}

/** Where metrics are to be served; false for nowhere. */
export function prometheusAddress(options: PgspanOptions): PrometheusAddress | false {
  const { prometheusHost, prometheusPort } = options
  if (prometheusPort === false || process.env.OTEL_SDK_DISABLED === 'true') return false
  const port = Number(process.env.OTEL_EXPORTER_PROMETHEUS_PORT)
  return {
    host: prometheusHost ?? (process.env.OTEL_EXPORTER_PROMETHEUS_HOST || '127.0.0.1'),
    port: prometheusPort ?? (Number.isInteger(port) && port > 0 && port < 65_536 ? port : 9464),
  }
}
