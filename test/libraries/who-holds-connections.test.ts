import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { createInsights, type Finding, type Insights } from '@pgspan/insights'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { runInUnitOfWork } from '@pgspan/lifecycle'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { lineMarked } from '../support/lines.js'
import { useTelemetry } from '../support/telemetry.js'
import { useTestDatabase } from '../support/test-database.js'

const require = createRequire(import.meta.url)
const database = useTestDatabase()
useTelemetry()
const instrumentation = new PgInstrumentation()
registerInstrumentations({ instrumentations: [instrumentation] })
afterAll(() => instrumentation.disable())
const file = 'test/libraries/who-holds-connections.test.ts'

let insights: Insights
beforeEach(() => {
  insights = createInsights({ leakedCheckoutMillis: 1_000 })
  insights.attach()
})
afterEach(() => insights.close())

async function found(kind: string): Promise<Finding | undefined> {
  const look = (): Finding | undefined => insights.findings().find((one) => one.kind === kind)
  for (let i = 0; i < 200 && look() === undefined; i++) await sleep(25)
  return look()
}

test('a transaction of Knex that asks its pool again is found by its unit of work', async () => {
  const make: typeof import('knex').knex = require('knex')
  const pooled = make({ client: 'pg', connection: database().connectionString, pool: { min: 0, max: 3 } })
  await runInUnitOfWork('transfer', () =>
    pooled.transaction(async (transaction) => {
      await transaction.raw('SELECT 1')
      await pooled.raw('SELECT 2')
    }),
  )
  expect(await found('nested_acquire')).toMatchObject({ unit: 'transfer', evidence: { used: 1, limit: 3 } })
  await pooled.destroy()
})

test('a transaction of Sequelize that is forgotten is found with its line', async () => {
  const { Sequelize: Class }: typeof import('sequelize') = require('sequelize')
  const client = new Class(database().connectionString, { logging: false })
  const forgotten = await client.transaction() // forgotten
  expect(await found('leaked_checkout')).toMatchObject({
    evidence: { leak: 'idle_in_transaction', recovered: false },
    callSite: {
      file,
      line: lineMarked(import.meta.url, 'forgotten'),
      library: 'sequelize',
    },
  })
  await forgotten.rollback()
  expect((await found('leaked_checkout'))?.evidence.recovered).toBe(true)
  await client.close()
})

/** Three transactions of one request, side by side and not at the same moment. */
function sideBySide(transact: () => Promise<unknown>): Promise<unknown> {
  const late = async (millis: number): Promise<void> => {
    await sleep(millis)
    await transact()
  }
  return runInUnitOfWork('dashboard', () => Promise.all([late(0), late(8), late(16)]))
}

const kinds = (): readonly string[] => insights.findings().map(({ kind }) => kind)

test('a transaction of TypeORM that asks the data source is found with both lines, and several side by side are not', async () => {
  const { DataSource }: typeof import('typeorm') = require('typeorm')
  const source = await new DataSource({ type: 'postgres', url: database().connectionString }).initialize()
  await sideBySide(() =>
    source.transaction(async (manager) => {
      await manager.query('SELECT 1')
      await sleep(15)
      await manager.query('SELECT 2')
    }),
  )
  expect(kinds()).not.toContain('nested_acquire')
  await runInUnitOfWork('transfer', async function transfer() {
    // biome-ignore format: the mark is on the line of the call
    await source.transaction(async (manager) => { // TypeORM holds
      await manager.query('SELECT 1')
      await source.query('SELECT 2') // TypeORM asks
    })
  })
  expect(await found('nested_acquire')).toMatchObject({
    evidence: { holder: expect.stringContaining(`:${lineMarked(import.meta.url, 'TypeORM holds')}:`) },
    callSite: { file, line: lineMarked(import.meta.url, 'TypeORM asks'), library: 'typeorm' },
  })
  await source.destroy()
})

test('a transaction of Drizzle that asks the database is found with the line that holds, and several side by side are not', async () => {
  const { drizzle }: typeof import('drizzle-orm/node-postgres') = require('drizzle-orm/node-postgres')
  const { sql }: typeof import('drizzle-orm') = require('drizzle-orm')
  const { Pool }: typeof import('pg') = require('pg')
  const pool = new Pool({ connectionString: database().connectionString })
  const db = drizzle(pool)
  await sideBySide(() =>
    db.transaction(async (transaction) => {
      await transaction.execute(sql`SELECT 1`)
      await sleep(15)
      await transaction.execute(sql`SELECT 2`)
    }),
  )
  expect(kinds()).not.toContain('nested_acquire')
  await runInUnitOfWork('transfer', async function transfer() {
    // biome-ignore format: the mark is on the line of the call
    await db.transaction(async (transaction) => { // Drizzle holds
      await transaction.execute(sql`SELECT 1`)
      await db.execute(sql`SELECT 2`)
    })
  })
  expect(await found('nested_acquire')).toMatchObject({
    callSite: { file, line: lineMarked(import.meta.url, 'Drizzle holds') },
  })
  await pool.end()
})
