import { expect, test } from 'vitest'
import { checkOptions } from './options.js'
import { startPgspan } from './start-pgspan.js'

test('right options pass', () => {
  checkOptions({})
  checkOptions({
    serviceName: 'shop',
    slowQueryMillis: false,
    prometheusPort: 9464,
    metricsEndpoint: 'opentelemetry',
    acquireSpans: 'never',
    onFinding() {},
  })
})

test.each([
  [{ slowQueryMillis: -5 }, 'slowQueryMillis must be a number of milliseconds above 0, or false, got -5'],
  [{ prometheusPort: 70_000 }, 'prometheusPort must be a port from 1 to 65535, or false, got 70000'],
  [{ metricsEndpoint: true }, "metricsEndpoint must be 'pgspan' or 'opentelemetry', got boolean"],
  [{ acquireSpans: 'sometimes' }, "acquireSpans must be 'always', 'never' or 'slow', got string"],
  [{ console: 'yes' }, 'console must be true or false, got string'],
  [{ queryLog: true }, 'queryLog must be an object of options, or false, got boolean'],
  [{ pg: 'hooks' }, 'pg must be an object of options, got string'],
  [{ serviceName: '' }, 'serviceName must be a non-empty string, got string'],
])('%j is refused by name', (options, message) => {
  expect(() => checkOptions(options as object)).toThrow(new TypeError(`startPgspan: ${message}`))
})

test('an unknown option is refused, with those that exist', () => {
  expect(() => checkOptions({ slowMillis: 5 } as object)).toThrow(
    /^startPgspan: unknown option slowMillis; known are serviceName, /,
  )
})

test('a wrong option of the instrumentation is refused by name, and nothing is started', () => {
  expect(() => startPgspan({ pg: { requestHook: 'update' } } as object)).toThrow(
    new TypeError('PgInstrumentation: requestHook must be a function, got string'),
  )
})

test('a wrong option of the query log is refused by name, and nothing is started', () => {
  expect(() => startPgspan({ queryLog: { writers: [] } })).toThrow(
    new TypeError('createQueryLog: writers must be an array of writers, such as toFiles(…), got object'),
  )
})
