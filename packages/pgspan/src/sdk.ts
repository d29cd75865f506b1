import { diag } from '@opentelemetry/api'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { createMetricProducer } from '@pgspan/metrics-endpoint'
import {
  type Exporters,
  exportersFromEnvironment,
  type PrometheusAddress,
  pushesCumulativeMetrics,
} from './exporters.js'
import { loadOptionalPackage, type OptionalPackage } from './optional-package.js'
import type { PgspanOptions } from './options.js'
import type {
  PrometheusReader,
  ResourcesPackage,
  SdkNodePackage,
  SdkResource,
  SdkResourceDetector,
  SdkSpanProcessor,
} from './sdk-packages.js'

/** A running OpenTelemetry SDK. */
export interface RunningSdk {
  /** Its Prometheus exporter, if the environment asks for it; it listens nowhere yet. */
  readonly prometheus: PrometheusReader | undefined
  /** Undefined if NodeSDK detects it by itself. */
  readonly resource: SdkResource | undefined
  /** Never rejects: what could not be exported is lost, and told through `diag`. */
  shutdown(): Promise<void>
}

/**
 * Starts NodeSDK with the exporters that the environment asks for; undefined if no SDK is installed.
 *
 * @param hasPrometheus the SDK's Prometheus exporter is among them.
 */
export function startSdk(
  options: PgspanOptions,
  hasPrometheus: boolean,
  instrumentations: readonly Instrumentation[],
  insights: SdkSpanProcessor,
): RunningSdk | undefined {
  const sdkNode = loadOptionalPackage<SdkNodePackage>('@opentelemetry/sdk-node')
  if (sdkNode === undefined) return undefined
  const address = hasPrometheus && prometheusAddress(options)
  // Before anything is recorded.
  const producer = !hasPrometheus && pushesCumulativeMetrics() ? createMetricProducer() : undefined
  try {
    const exporters = exportersFromEnvironment(sdkNode.require, address, producer ? [producer] : [])
    return startWith(sdkNode, options, exporters, instrumentations, insights, () => producer?.close())
  } catch (error) {
    // Or whatever SDK there is beside would get no metrics.
    producer?.close()
    throw error
  }
}

function startWith(
  sdkNode: OptionalPackage<SdkNodePackage>,
  options: PgspanOptions,
  exporters: Exporters,
  instrumentations: readonly Instrumentation[],
  insights: SdkSpanProcessor,
  onShutdown: () => void,
): RunningSdk {
  const resource = detectedResource(sdkNode.require, options.serviceName)
  const sdk = new sdkNode.exports.NodeSDK({
    ...(resource ? { resource, autoDetectResources: false } : serviceNameOf(options)),
    instrumentations,
    // Insights come first: they write on root spans as these end, before anybody exports them.
    spanProcessors: [insights, ...(options.spanProcessors ?? []), ...exporters.spanProcessors],
    metricReaders: exporters.metricReaders,
    ...(exporters.logRecordProcessors && { logRecordProcessors: exporters.logRecordProcessors }),
  })
  sdk.start()
  return {
    prometheus: exporters.prometheus,
    resource,
    async shutdown() {
      try {
        await sdk.shutdown()
      } catch (error) {
        diag.warn('pgspan: at the end not everything could be exported', error)
      } finally {
        onShutdown()
      }
    },
  }
}

/** A command's arguments may be a password, or a connection string that holds one. */
function withoutArguments(detector: SdkResourceDetector): SdkResourceDetector {
  return {
    detect(config) {
      const { attributes = {} } = detector.detect(config)
      const { 'process.command_args': _, ...others } = attributes
      return { attributes: others }
    },
  }
}

/**
 * The resource that NodeSDK would detect, but for the command's arguments. It is awaited: where no exporter does that, each
 * scrape complains of attributes that are not there yet. Undefined leaves it to NodeSDK, where the environment names detectors.
 */
function detectedResource(
  sdkRequire: NodeJS.Require,
  serviceName: string | undefined,
): SdkResource | undefined {
  if (process.env.OTEL_NODE_RESOURCE_DETECTORS) return undefined
  const sdk = sdkRequire('@opentelemetry/resources') as ResourcesPackage
  const detectors = [sdk.envDetector, withoutArguments(sdk.processDetector), sdk.hostDetector]
  const detected = sdk.defaultResource().merge(sdk.detectResources({ detectors }))
  const resource =
    serviceName === undefined
      ? detected
      : detected.merge(sdk.resourceFromAttributes({ 'service.name': serviceName }))
  resource.waitForAsyncAttributes?.()
  return resource
}

function serviceNameOf({ serviceName }: PgspanOptions): { serviceName?: string } {
  return serviceName === undefined ? {} : { serviceName }
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
