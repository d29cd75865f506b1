import { expect, test } from 'vitest'
import { readEnvironment } from './environment.js'

function read(environment: Record<string, string>): {
  settings: ReturnType<typeof readEnvironment>
  warnings: string[]
} {
  const warnings: string[] = []
  return { settings: readEnvironment(environment, (message) => warnings.push(message)), warnings }
}

const noQueryLog = { destinations: [], directory: undefined, sampleRate: undefined, poolEvents: undefined }

test('settings are read', () => {
  const { settings, warnings } = read({
    PGSPAN_DISABLED: '1',
    PGSPAN_SLOW_QUERY_MILLIS: '250',
    PGSPAN_POOL_WAIT_MILLIS: 'off',
    PGSPAN_CONSOLE: 'false',
    PGSPAN_METRICS_ENDPOINT: 'OpenTelemetry',
  })
  expect(settings).toEqual({
    metricsEndpoint: 'opentelemetry',
    disabled: true,
    slowQueryMillis: 250,
    poolWaitMillis: false,
    console: false,
    suppressionsFile: undefined,
    queryLog: noQueryLog,
  })
  expect(warnings).toEqual([])
})

test('a wrong value is named in one line, its own text is not repeated, and the default holds', () => {
  const { settings, warnings } = read({
    PGSPAN_SLOW_QUERY_MILLIS: 'secret',
    PGSPAN_DISABLED: 'perhaps',
    PGSPAN_METRICS_ENDPOINT: 'none',
  })
  expect(settings).toMatchObject({ disabled: false, slowQueryMillis: undefined })
  expect(warnings).toEqual([
    'pgspan: PGSPAN_DISABLED must be 1 or 0; its default holds',
    'pgspan: PGSPAN_SLOW_QUERY_MILLIS must be a number of milliseconds above 0, or off; its default holds',
    'pgspan: PGSPAN_METRICS_ENDPOINT must be pgspan or opentelemetry; its default holds',
  ])
})

test('an unknown name is told the nearest', () => {
  expect(read({ PGSPAN_SLOW_QUERY_MS: '250' }).warnings).toEqual([
    'pgspan: PGSPAN_SLOW_QUERY_MS is not a setting; the nearest is PGSPAN_SLOW_QUERY_MILLIS',
  ])
})

test('an empty value counts as none', () => {
  expect(read({ PGSPAN_DISABLED: '' })).toEqual({
    settings: {
      disabled: false,
      slowQueryMillis: undefined,
      poolWaitMillis: undefined,
      console: undefined,
      suppressionsFile: undefined,
      queryLog: noQueryLog,
    },
    warnings: [],
  })
})

test('the query log is read: destinations, directory, rate and pool events', () => {
  const { settings, warnings } = read({
    PGSPAN_QUERY_LOG: 'stdout, otel',
    PGSPAN_QUERY_LOG_DIRECTORY: 'log',
    PGSPAN_QUERY_LOG_SAMPLE_RATE: '0.05',
    PGSPAN_QUERY_LOG_POOL_EVENTS: '1',
  })
  expect(settings.queryLog).toEqual({
    destinations: ['otel', 'stdout'],
    directory: 'log',
    sampleRate: 0.05,
    poolEvents: true,
  })
  expect(warnings).toEqual([])
})

test('a destination that does not exist, and a rate that is none, are named, and there is no log of them', () => {
  const { settings, warnings } = read({
    PGSPAN_QUERY_LOG: 'stdout,syslog',
    PGSPAN_QUERY_LOG_SAMPLE_RATE: '5',
  })
  expect(settings.queryLog).toEqual(noQueryLog)
  expect(warnings).toEqual([
    'pgspan: PGSPAN_QUERY_LOG must be some of otel, stdout, table, with commas; its default holds',
    'pgspan: PGSPAN_QUERY_LOG_SAMPLE_RATE must be a number from 0 to 1; its default holds',
  ])
})
