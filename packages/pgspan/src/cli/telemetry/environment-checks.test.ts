import { afterEach, describe, expect, test, vi } from 'vitest'
import { metricsOnLoopback, switchedOff, unknownVariables, wrongSettings } from './environment-checks.js'
import type { TelemetryFinding } from './telemetry-finding.js'

afterEach(() => vi.unstubAllEnvs())

function saidOf(environment: Readonly<Record<string, string>>): readonly TelemetryFinding[] {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  return [...switchedOff(), ...unknownVariables(), ...wrongSettings()]
}

describe('what switches telemetry off is named, with the variable to unset', () => {
  test.each([
    ['PGSPAN_DISABLED', '1'],
    ['PGSPAN_DISABLED', 'true'],
    ['OTEL_SDK_DISABLED', 'true'],
    ['OTEL_TRACES_SAMPLER', 'always_off'],
    ['OTEL_TRACES_SAMPLER', 'parentbased_always_off'],
    ['OTEL_TRACES_EXPORTER', 'none'],
    ['OTEL_METRICS_EXPORTER', 'none'],
  ])('%s=%s', (name, value) => {
    expect(saidOf({ [name]: value })).toEqual([
      expect.objectContaining({
        check: 'switched_off',
        severity: 'warning',
        problem: `The environment switches telemetry off: ${name}=${value}.`,
        remedy: `Unset ${name}.`,
      }),
    ])
  })

  test('OTEL_TRACES_SAMPLER_ARG=0, where the sampler takes a share', () => {
    expect(saidOf({ OTEL_TRACES_SAMPLER_ARG: '0' })).toEqual([])
    expect(saidOf({ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio' })[0]?.remedy).toBe(
      'Unset OTEL_TRACES_SAMPLER_ARG.',
    )
  })
})

test('metrics that only their own container reaches are told of, in production, unless their host is named or nobody serves them', () => {
  vi.stubEnv('KUBERNETES_SERVICE_HOST', '10.0.0.1')
  expect(metricsOnLoopback()).toEqual([])
  vi.stubEnv('NODE_ENV', 'production')
  expect(metricsOnLoopback().map(({ severity, remedy }) => [severity, remedy])).toEqual([
    ['note', expect.stringContaining('OTEL_EXPORTER_PROMETHEUS_HOST=0.0.0.0')],
  ])
  vi.stubEnv('OTEL_METRICS_EXPORTER', 'otlp')
  expect(metricsOnLoopback()).toEqual([])
  vi.stubEnv('OTEL_METRICS_EXPORTER', '')
  vi.stubEnv('OTEL_EXPORTER_PROMETHEUS_HOST', '0.0.0.0')
  expect(metricsOnLoopback()).toEqual([])
})

describe('variables', () => {
  test.each([
    ['PGSPAN_SLOW_QUERY_MS', 'PGSPAN_SLOW_QUERY_MILLIS'],
    ['OTEL_TRACE_EXPORTER', 'OTEL_TRACES_EXPORTER'],
    ['OTEL_EXPORTER_OTLP_ENDPIONT', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    ['OTEL_SERVICENAME', 'OTEL_SERVICE_NAME'],
  ])('%s, which nothing reads, is named together with %s', (name, nearest) => {
    const said = saidOf({ [name]: 'something' })
    expect(said).toHaveLength(1)
    expect(said[0]?.problem).toContain(`${name} is`)
    expect(said[0]?.problem).toMatch(new RegExp(`the nearest .*is ${nearest}\\.$`))
  })

  test('a value that is none is named, and not repeated', () => {
    const said = saidOf({ PGSPAN_SLOW_QUERY_MILLIS: 's3cret' })
    expect(said.map(({ problem }) => problem)).toEqual([
      'PGSPAN_SLOW_QUERY_MILLIS must be a number of milliseconds above 0, or off; its default holds.',
    ])
    expect(JSON.stringify(said)).not.toContain('s3cret')
  })

  test('those of other languages and of the specification are left alone', () => {
    const others = {
      OTEL_PYTHON_LOG_CORRELATION: '1',
      OTEL_JAVAAGENT_ENABLED: '1',
      OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: 'gzip',
      OTEL_BSP_SCHEDULE_DELAY: '1000',
    }
    expect(saidOf(others)).toEqual([])
  })
})
