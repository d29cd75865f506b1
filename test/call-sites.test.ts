import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { type CallSite, processState } from '@pgspan/lifecycle'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const instrumentation = new PgInstrumentation()
const sites: (CallSite | undefined)[] = []
const detach = processState().dispatcher.attach({
  name: 'asks for every call site',
  querySettled: (query) => query.requestCallSite((site) => sites.push(site)),
})

let pool: pg.Pool
beforeAll(() => {
  pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 2 })
})
beforeEach(() => {
  sites.length = 0
})
afterAll(async () => {
  await pool.end()
  detach()
  instrumentation.disable()
})

/** The line of its caller in this file. */
function lineOfCaller(): number {
  const frame = (new Error().stack ?? '')
    .split('\n')
    .find((line) => /call-sites\.test\.ts/.test(line) && !/lineOfCaller/.test(line))
  return Number(/:(\d+):\d+\)?$/.exec(frame ?? '')?.[1])
}

const own = 'test/call-sites.test.ts'

test('a query of a pool is found at the line that awaits it', async () => {
  async function loadOne(): Promise<number> {
    await pool.query('SELECT 1')
    return lineOfCaller() - 1
  }
  const line = await loadOne()
  expect(sites).toEqual([
    expect.objectContaining({ file: own, line, functionName: 'loadOne', library: undefined }),
  ])
})

test('a query of a client is found at the line that awaits it', async () => {
  const client = await pool.connect()
  await client.query('SELECT 1')
  const line = lineOfCaller() - 1
  client.release()
  expect(sites[0]).toMatchObject({ file: own, line })
})

test('the answer is there before the caller goes on', async () => {
  await pool.query('SELECT 1')
  expect(sites).toHaveLength(1)
})

test('queries in Promise.all are found at the line that awaits them all', async () => {
  await Promise.all([1, 2, 3].map((n) => pool.query('SELECT $1::int', [n])))
  const line = lineOfCaller() - 1
  expect(sites.map((site) => [site?.file, site?.line])).toEqual([1, 2, 3].map(() => [own, line]))
})

test('queries of an async function in Promise.all are found in that function', async () => {
  const lines = await Promise.all(
    [1, 2].map(async (n) => {
      await pool.query('SELECT $1::int', [n])
      return lineOfCaller() - 1
    }),
  )
  expect(sites.map((site) => site?.line)).toEqual(lines)
})

test('a query with a callback has no stack to read, and says so at once', async () => {
  await new Promise((resolve) => pool.query('SELECT 1', resolve))
  expect(sites).toEqual([undefined])
})

test('the process keeps its own stack settings', async () => {
  const { stackTraceLimit, prepareStackTrace } = Error
  await pool.query('SELECT 1')
  expect(Error.stackTraceLimit).toBe(stackTraceLimit)
  expect(Error.prepareStackTrace).toBe(prepareStackTrace)
})
