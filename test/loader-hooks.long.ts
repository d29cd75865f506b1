import { describe, expect, test } from 'vitest'
import { nodeProgram } from './matrix/binaries.js'
import { printed, runNode } from './support/run-child.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const once = { rows: [{ n: 1 }], spans: ['instrumentation-pg: SELECT'] }
const unseen = { ...once, spans: [] }

describe.each([22, 24, 26] as const)('on Node %i, an ESM application', (major) => {
  async function run(hook: string): Promise<unknown> {
    const ended = await runNode(
      ['--import', './apps/esm-register.mjs', 'apps/esm-app.mjs'],
      { DATABASE_URL: database().connectionString, HOOK: hook },
      { program: await nodeProgram(major) },
    )
    return printed(ended)
  }

  test.each([
    'import-in-the-middle',
    'passing',
    'sources',
    'sources in a thread and register',
    'register and sources in a thread',
  ])('with hooks of %s has one span per query, whatever it imports', async (hook) => {
    expect(await run(hook)).toEqual({
      'named Client': once,
      'named Pool': once,
      'default Pool': once,
      'pg-pool': once,
    })
  })

  test('whose hook in a thread gives sources of CommonJS needs the loader hook of OpenTelemetry', async () => {
    expect(await run('sources in a thread')).toMatchObject({ 'named Client': unseen, 'named Pool': unseen })
  })
})
