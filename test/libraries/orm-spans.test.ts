import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'
import { people } from './support/people.js'
import { generatePrismaClient } from './support/prisma-client.js'

const run = promisify(execFile)
const app = fileURLToPath(new URL('apps/orm-spans.cjs', import.meta.url))
const database = useTestDatabase(people)
let prismaClient: string
beforeAll(async () => {
  const source = await generatePrismaClient()
  prismaClient = source.replace(/\.ts$/, '.mjs')
  await build({
    entryPoints: [source],
    outfile: prismaClient,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
  })
})

async function observed(library: string, driver: string): Promise<{ queries: number; findings: string[] }> {
  const env = {
    ...process.env,
    LIBRARY: library,
    DRIVER: driver,
    DATABASE_URL: database().connectionString,
    PRISMA_CLIENT: prismaClient,
  }
  const { stdout } = await run(process.execPath, [app], { env })
  return JSON.parse(stdout)
}

/** A list, eight finds, and a transaction around an update; Knex asks a new connection for the server's version. */
const queriesOf = { knex: 13, sequelize: 12, typeorm: 12, prisma: 12 }

describe.each(Object.entries(queriesOf))(
  '%s, whose instrumentation makes spans of its own',
  (library, queries) => {
    test.each([
      ['upstream', 'repeated_query  8'],
      ['ours', 'n_plus_one proven 8'],
    ])('above spans of %s: each query is counted once', async (driver, finding) => {
      const { findings, ...counted } = await observed(library, driver)
      expect(counted.queries).toBe(queries)
      expect(findings).toEqual([finding])
    })

    test('alone: its own spans are counted, and different values that it hides are no duplicates', async () => {
      const { findings, ...counted } = await observed(library, 'none')
      expect(counted.queries).toBeGreaterThanOrEqual(8)
      expect(counted.queries).toBeLessThanOrEqual(queries)
      expect(findings).toEqual(['repeated_query  8'])
    })
  },
)
