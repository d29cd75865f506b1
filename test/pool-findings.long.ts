import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { driveExactly } from './support/exactness.js'
import { type PgBouncer, startPgBouncer } from './support/pgbouncer.js'
import { describePoolFindings } from './support/pool-findings.js'
import { findProgram } from './support/programs.js'
import { seedOr } from './support/random.js'
import { useTestDatabase } from './support/test-database.js'

const program = findProgram('pgbouncer')
const seed = seedOr(20_262)

describe.skipIf(program === undefined)('through a PgBouncer in transaction mode', () => {
  let bouncer: PgBouncer
  beforeAll(async () => {
    bouncer = await startPgBouncer(program ?? '', new URL(inject('postgres')), 'transaction')
  })
  afterAll(() => bouncer.stop())
  const through = (connectionString: string): string => bouncer.route(new URL(connectionString)).href

  describePoolFindings(through)

  describe('the metrics', () => {
    const database = useTestDatabase()

    test(`equal a model after each of 500 random steps (PGSPAN_SEED=${seed})`, async () => {
      const { connectionString, name } = database()
      // The server's process id of a session is PgBouncer's own: nothing can be killed by it.
      const { differences } = await driveExactly(through(connectionString), name, 500, seed, { kills: false })
      vi.useRealTimers()
      expect(differences).toEqual([])
    })
  })
})
