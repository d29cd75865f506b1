import { expect, test } from 'vitest'
import { readEnvironment } from './environment.js'

function read(environment: Record<string, string>): {
  settings: ReturnType<typeof readEnvironment>
  warnings: string[]
} {
  const warnings: string[] = []
  return { settings: readEnvironment(environment, (message) => warnings.push(message)), warnings }
}

test('settings are read', () => {
  const { settings, warnings } = read({
    PGSPAN_DISABLED: '1',
    PGSPAN_SLOW_QUERY_MILLIS: '250',
    PGSPAN_POOL_WAIT_MILLIS: 'off',
    PGSPAN_CONSOLE: 'false',
  })
  expect(settings).toEqual({
    disabled: true,
    slowQueryMillis: 250,
    poolWaitMillis: false,
    console: false,
    suppressionsFile: undefined,
  })
  expect(warnings).toEqual([])
})

test('a wrong value is named in one line, its own text is not repeated, and the default holds', () => {
  const { settings, warnings } = read({ PGSPAN_SLOW_QUERY_MILLIS: 'secret', PGSPAN_DISABLED: 'perhaps' })
  expect(settings).toMatchObject({ disabled: false, slowQueryMillis: undefined })
  expect(warnings).toEqual([
    'pgspan: PGSPAN_DISABLED must be 1 or 0; its default holds',
    'pgspan: PGSPAN_SLOW_QUERY_MILLIS must be a number of milliseconds above 0, or off; its default holds',
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
    },
    warnings: [],
  })
})
