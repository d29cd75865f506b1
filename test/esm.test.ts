import { expect, test } from 'vitest'
import { printed, runNode } from './support/run-child.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const register = ['--import', './apps/esm-register.mjs']
const env = (more: Record<string, string> = {}): Record<string, string> => ({
  DATABASE_URL: database().connectionString,
  ...more,
})
const once = { rows: [{ n: 1 }], spans: ['instrumentation-pg: SELECT'] }
const everyName = {
  'named Client': once,
  'named Pool': once,
  'default Pool': once,
  'pg-pool': once,
}

test.each([
  ['no loader hook', '', []],
  ['the loader hook, registered', 'register', []],
  ['the loader hook, and one that gives sources', 'sources in a thread and register', []],
  ['the loader hook, as an option', '', ['--experimental-loader', '@opentelemetry/instrumentation/hook.mjs']],
] as const)(
  'an ESM application with %s has one span per query, whatever it imports',
  async (_what, hook, options) => {
    const ended = await runNode([...options, ...register, 'apps/esm-app.mjs'], env({ HOOK: hook }))
    expect(printed(ended)).toEqual(everyName)
  },
)

test('an ESM application that imports pg first is observed when it says so', async () => {
  expect(printed(await runNode(['apps/esm-late.mjs'], env()))).toEqual({ before: 0, after: 1 })
})
