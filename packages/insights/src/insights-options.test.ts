import { describe, expect, test } from 'vitest'
import { InsightsSpanProcessor } from './feeds/span-processor.js'
import { createInsights } from './insights.js'

describe('a wrong option throws a TypeError that names it', () => {
  test.each<[object, string]>([
    [{ slowQueryMillis: -5 }, 'slowQueryMillis must be a positive number or false, got -5'],
    [{ slowQueryMillis: Number.NaN }, 'slowQueryMillis must be a positive number or false, got NaN'],
    [
      { poolWaitMillis: '100' },
      'poolWaitMillis must be a positive number or false, got a value of type string',
    ],
    [
      { poolWaitMillis: true },
      'poolWaitMillis must be a positive number or false, got a value of type boolean',
    ],
    [{ slowQueryMillis: { job: -1 } }, 'slowQueryMillis.job must be a positive number or false, got -1'],
    [
      { chattyQueries: { cron: 5 } },
      'chattyQueries.cron is no kind of work; known are http, job, trace, outside',
    ],
    [
      { slowQueryMillisByStatement: { 'SELECT a': '9' } },
      "slowQueryMillisByStatement['SELECT a'] must be a positive number or false, got a value of type string",
    ],
    [
      { slowQueryMillisByStatement: 5 },
      'slowQueryMillisByStatement must be an object of milliseconds by statement, got 5',
    ],
    [{ writeLoopThreshold: 1 }, 'writeLoopThreshold must be an integer of at least 2, got 1'],
    [{ nPlusOneThreshold: { job: 2.5 } }, 'nPlusOneThreshold.job must be an integer of at least 2, got 2.5'],
    [{ nPlusOneThreshold: 1 }, 'nPlusOneThreshold must be an integer of at least 2, got 1'],
    [{ nPlusOneThreshold: 2.5 }, 'nPlusOneThreshold must be an integer of at least 2, got 2.5'],
    [{ loggerProvider: {} }, 'loggerProvider must be a LoggerProvider, got a value of type object'],
    [{ meterProvider: null }, 'meterProvider must be a MeterProvider, got null'],
    [{ recentUnits: -1 }, 'recentUnits must be an integer of at least 0, got -1'],
    [{ explain: true }, "explain must be 'generic', 'custom' or false, got a value of type boolean"],
    [{ suppressionsFile: 5 }, 'suppressionsFile must be the path of a file, got 5'],
    [{ console: 'yes' }, 'console must be true or false, got a value of type string'],
    [{ slowQueryMilis: 5 }, 'slowQueryMilis is no option of insights; did you mean slowQueryMillis?'],
    [{ slow_query_millis: 5 }, 'slow_query_millis is no option of insights; did you mean slowQueryMillis?'],
    [
      { banana: 5 },
      'banana is no option of insights; known are slowQueryMillis, slowQueryMillisByStatement, poolWaitMillis, queueWaitMillis, slowTransactionMillis, idleInTransactionMillis, leakedCheckoutMillis, checkoutStacks, largeResultRows, largeResultBytes, chattyQueries, nPlusOneThreshold, writeLoopThreshold, suppressionsFile, recentUnits, explain, loggerProvider, meterProvider, console',
    ],
  ])('%o', (options, message) => {
    expect(() => createInsights(options)).toThrow(new TypeError(message))
    expect(() => new InsightsSpanProcessor(options)).toThrow(new TypeError(message))
  })

  test('options that are no object', () => {
    // @ts-expect-error: as plain JavaScript may call it
    expect(() => createInsights('fast')).toThrow(/must be an object/)
  })
})

test.each([
  {},
  { slowQueryMillis: 0 },
  { slowQueryMillis: false as const },
  { poolWaitMillis: 0.5 },
  { nPlusOneThreshold: 2 },
  { slowQueryMillis: { http: false as const, outside: 20 }, slowQueryMillisByStatement: { 'SELECT a': 5 } },
])('%o is right', (options) => {
  expect(() => createInsights(options).close()).not.toThrow()
})
