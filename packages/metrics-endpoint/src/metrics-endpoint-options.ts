import type { Attributes } from '@opentelemetry/api'

/** A registry of another library whose metrics are to stand on the same page, such as prom-client's. */
export interface FurtherRegistry {
  /** The media type of its text; only where it is OpenMetrics' for all registries, the endpoint offers that. */
  readonly contentType: string
  metrics(): string | Promise<string>
}

/** Options of {@link createMetricsEndpoint}; all optional. */
export interface MetricsEndpointOptions {
  /** `service.name` in `target_info`. @defaultValue `OTEL_SERVICE_NAME` */
  readonly serviceName?: string
  /**
   * What `target_info` says of this process; a function is asked at each scrape.
   *
   * @defaultValue what `OTEL_RESOURCE_ATTRIBUTES` says, the host and the runtime; under `startPgspan`, what the SDK found
   */
  readonly resource?: Attributes | (() => Attributes)
  /** Labels that say which library recorded a metric: `otel_scope_name` and two more. @defaultValue true */
  readonly scopeLabels?: boolean
  /**
   * Series per metric; whatever comes later is counted together, under `otel_metric_overflow="true"`. Where there are
   * several endpoints in one process, the first decides.
   *
   * @defaultValue 2000, as in the specification
   */
  readonly maximumSeries?: number
  /** Registries of other libraries, whose text follows. One that fails is reported once and left out. @defaultValue none */
  readonly registries?: readonly FurtherRegistry[]
}

const checks: {
  readonly [Option in keyof Required<MetricsEndpointOptions>]: readonly [(value: unknown) => boolean, string]
} = {
  serviceName: [(value) => typeof value === 'string' && value !== '', 'a non-empty string'],
  resource: [
    (value) => typeof value === 'function' || (typeof value === 'object' && value !== null),
    'an object of attributes, or a function that returns one',
  ],
  scopeLabels: [(value) => typeof value === 'boolean', 'true or false'],
  maximumSeries: [(value) => Number.isInteger(value) && Number(value) > 1, 'a whole number above 1'],
  registries: [
    (value) => Array.isArray(value) && value.every((registry) => typeof registry?.metrics === 'function'),
    'an array of registries, each with contentType and metrics()',
  ],
}

/** @throws TypeError that names the first wrong option and says what it may be; values are not repeated. */
export function checkOptions(options: MetricsEndpointOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name))
      throw new TypeError(
        `createMetricsEndpoint: unknown option ${name}; known are ${Object.keys(checks).join(', ')}`,
      )
    const [isRight, expected] = checks[name as keyof MetricsEndpointOptions]
    if (value !== undefined && !isRight(value))
      throw new TypeError(`createMetricsEndpoint: ${name} must be ${expected}`)
  }
}
