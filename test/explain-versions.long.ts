import { hookPg } from '@pgspan/instrumentation-pg'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { Servers } from './matrix/servers.js'
import { planProblems, problemOf } from './support/plan-problems.js'
import { plannedShop } from './support/planned-shop.js'

hookPg()
const servers = new Servers(inject('postgres'))
afterAll(() => servers.stop())

describe.each([14, 15, 16, 17] as const)('PostgreSQL %i', (version) => {
  let connectionString: string
  beforeAll(async () => {
    connectionString = (await servers.database(version)).href
    const client = new pg.Client({ connectionString })
    await client.connect()
    await client.query(plannedShop)
    await client.end()
  }, 300_000)

  describe.each(['generic', 'custom'] as const)('names the main problem of a %s plan', (mode) => {
    test.each(planProblems)('$name', async (each) => {
      const { problem, plan } = await problemOf(connectionString, mode, each)
      if (each.problem === undefined) expect(problem).toBeUndefined()
      else expect(problem).toMatch(each.problem)
      expect(plan).not.toMatch(/canary|4711/)
    })
  })
})
