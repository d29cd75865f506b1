import { diag } from '@opentelemetry/api'
import type { MetricProducer } from '@pgspan/metrics-endpoint'
import type {
  OtlpPackage,
  PrometheusPackage,
  PrometheusReader,
  SdkMetricsPackage,
  SdkTracePackage,
} from './sdk-packages.js'

type Signal = 'traces' | 'metrics' | 'logs'

/** What of each signal goes where, by the standard variables. */
export interface Exporters {
  readonly spanProcessors: readonly unknown[]
  readonly metricReaders: readonly unknown[]
  /** Undefined leaves them to the SDK, which reads the same variables. */
  readonly logRecordProcessors: readonly unknown[] | undefined
  /** Not started yet. */
  readonly prometheus: PrometheusReader | undefined
}

export interface PrometheusAddress {
  readonly host: string
  readonly port: number
}

/**
 * Makes the exporters that `OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER`, `OTEL_LOGS_EXPORTER` and the
 * `OTEL_EXPORTER_OTLP_*` variables ask for.
 *
 * Where the specification's default is OTLP to this machine, ours is nothing until an endpoint or an exporter is
 * named: a service without a collector would log connection errors for ever. Metrics go to a Prometheus endpoint
 * unless `OTEL_METRICS_EXPORTER` names others.
 *
 * @param sdkRequire sees what the SDK depends on: it brings every exporter.
 * @param address of the SDK's Prometheus exporter; false for none of its own.
 * @param metricProducers for those who push metrics.
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function exportersFromEnvironment(
  sdkRequire: NodeJS.Require,
  address: PrometheusAddress | false,
  metricProducers: readonly MetricProducer[],
): Exporters {
  const prometheus = address && asksForPrometheus() ? prometheusReader(sdkRequire, address) : undefined
  return {
    spanProcessors: exportersOf('traces').flatMap((name) => spanProcessor(sdkRequire, name)),
    metricReaders: [
      ...(prometheus ? [prometheus] : []),
      ...exportersOf('metrics').flatMap((name) => metricReader(sdkRequire, name, [...metricProducers])),
    ],
    logRecordProcessors: exportersOf('logs').length === 0 ? [] : undefined,
    prometheus,
  }
}

/** True if metrics are to be scraped. */
export function asksForPrometheus(): boolean {
  return exportersOf('metrics').includes('prometheus')
}

/**
 * True if metrics are pushed, and whoever gets them takes sums since the start. Of those who want what is new since the last
 * time, the SDK keeps account.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/sdk_exporters/otlp/#additional-environment-variable-configuration
 */
export function pushesCumulativeMetrics(): boolean {
  const preference = process.env.OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE || 'cumulative'
  return (
    preference.toLowerCase() === 'cumulative' && exportersOf('metrics').some((name) => name !== 'prometheus')
  )
}

function exportersOf(signal: Signal): readonly string[] {
  const named = process.env[`OTEL_${signal.toUpperCase()}_EXPORTER`]
  if (named) {
    const names = named.split(',').map((name) => name.trim())
    return names.includes('none') ? [] : [...new Set(names)]
  }
  const endpoint =
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT ||
    process.env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`]
  const otlp = endpoint ? ['otlp'] : []
  return signal === 'metrics' ? ['prometheus', ...otlp] : otlp
}

function spanProcessor(sdkRequire: NodeJS.Require, name: string): readonly unknown[] {
  const sdk = sdkRequire('@opentelemetry/sdk-trace') as SdkTracePackage
  if (name === 'otlp') return [new sdk.BatchSpanProcessor({ exporter: otlpExporter(sdkRequire, 'traces') })]
  if (name === 'console') return [new sdk.SimpleSpanProcessor({ exporter: new sdk.ConsoleSpanExporter() })]
  return unknownExporter('traces', name, 'otlp, console, none')
}

function metricReader(
  sdkRequire: NodeJS.Require,
  name: string,
  metricProducers: MetricProducer[],
): readonly unknown[] {
  if (name === 'prometheus') return []
  const sdk = sdkRequire('@opentelemetry/sdk-metrics') as SdkMetricsPackage
  if (name === 'console')
    return [
      new sdk.PeriodicExportingMetricReader({ exporter: new sdk.ConsoleMetricExporter(), metricProducers }),
    ]
  if (name !== 'otlp') return unknownExporter('metrics', name, 'otlp, prometheus, console, none')
  const interval = millisFromEnvironment('OTEL_METRIC_EXPORT_INTERVAL', 60_000)
  const timeout = Math.min(interval, millisFromEnvironment('OTEL_METRIC_EXPORT_TIMEOUT', 30_000))
  return [
    new sdk.PeriodicExportingMetricReader({
      exporter: otlpExporter(sdkRequire, 'metrics'),
      exportIntervalMillis: interval,
      exportTimeoutMillis: timeout,
      metricProducers,
    }),
  ]
}

function prometheusReader(sdkRequire: NodeJS.Require, { host, port }: PrometheusAddress): PrometheusReader {
  const { PrometheusExporter } = sdkRequire('@opentelemetry/exporter-prometheus') as PrometheusPackage
  return new PrometheusExporter({ host, port, preventServerStart: true })
}

const packageOfProtocol: Readonly<Record<string, string>> = {
  'http/protobuf': 'proto',
  'http/json': 'http',
  grpc: 'grpc',
}

function otlpExporter(sdkRequire: NodeJS.Require, signal: 'traces' | 'metrics'): unknown {
  const protocol =
    process.env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_PROTOCOL`] ||
    process.env.OTEL_EXPORTER_OTLP_PROTOCOL ||
    'http/protobuf'
  const suffix = packageOfProtocol[protocol]
  if (suffix === undefined) {
    diag.warn(
      `pgspan: the OTLP protocol must be ${Object.keys(packageOfProtocol).join(', ')}; http/protobuf is used for ${signal}`,
    )
  }
  const kind = signal === 'traces' ? 'trace' : 'metrics'
  const otlp = sdkRequire(`@opentelemetry/exporter-${kind}-otlp-${suffix ?? 'proto'}`) as OtlpPackage
  const Exporter = otlp[signal === 'traces' ? 'OTLPTraceExporter' : 'OTLPMetricExporter']
  if (Exporter === undefined) throw new Error(`the OTLP exporter for ${signal} has no known class`)
  return new Exporter()
}

function unknownExporter(signal: Signal, name: string, known: string): readonly unknown[] {
  diag.warn(
    `pgspan: OTEL_${signal.toUpperCase()}_EXPORTER: ${name} is not supported here; known are ${known}`,
  )
  return []
}

function millisFromEnvironment(name: string, fallback: number): number {
  const millis = Number(process.env[name])
  return Number.isFinite(millis) && millis > 0 ? millis : fallback
}
