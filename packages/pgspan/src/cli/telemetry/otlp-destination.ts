const signals = ['traces', 'metrics', 'logs'] as const
export type OtlpSignal = (typeof signals)[number]

/** Where one signal goes over OTLP, as the environment says. */
export interface OtlpDestination {
  readonly signal: OtlpSignal
  readonly url: string
  readonly protocol: string
  /** The variable that names it; undefined for the default. */
  readonly variable: string | undefined
}

/**
 * The destinations of all signals; none where the environment names neither an endpoint nor the exporter.
 *
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function otlpDestinations(environment: NodeJS.ProcessEnv = process.env): readonly OtlpDestination[] {
  return signals.flatMap((signal) => {
    const of = (name: string): string | undefined => environment[`OTEL_${name}`] || undefined
    const exporters = of(`${signal.toUpperCase()}_EXPORTER`)?.split(',')
    const own = of(`EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`)
    const common = of('EXPORTER_OTLP_ENDPOINT')
    const isAsked =
      exporters === undefined ? own || common : exporters.map((name) => name.trim()).includes('otlp')
    if (!isAsked) return []
    const protocol =
      of(`EXPORTER_OTLP_${signal.toUpperCase()}_PROTOCOL`) ?? of('EXPORTER_OTLP_PROTOCOL') ?? 'http/protobuf'
    const isGrpc = protocol === 'grpc'
    // An endpoint of one signal is used as it is, the common one is where paths begin.
    if (own !== undefined)
      return { signal, url: own, protocol, variable: `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT` }
    const base = common ?? `http://localhost:${isGrpc ? 4317 : 4318}`
    return {
      signal,
      url: isGrpc ? base : `${base.replace(/\/$/, '')}/v1/${signal}`,
      protocol,
      variable: common && 'OTEL_EXPORTER_OTLP_ENDPOINT',
    }
  })
}

/** The headers that go with every export of the environment's. */
export function otlpHeaders(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const pairs = (environment.OTEL_EXPORTER_OTLP_HEADERS ?? '').split(',').map((pair) => pair.split('='))
  return Object.fromEntries(
    pairs.flatMap(([name = '', ...value]) =>
      name.trim() === '' ? [] : [[name.trim(), decodeURIComponent(value.join('=').trim())]],
    ),
  )
}
