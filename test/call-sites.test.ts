import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { type CallSite, processState, type QueryExecution } from '@pgspan/lifecycle'
import type pg from 'pg'
import Cursor from 'pg-cursor'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const instrumentation = new PgInstrumentation()
const sites: (CallSite | undefined)[] = []
let asks = true
const detach = processState().dispatcher.attach({
  name: 'asks for call sites',
  querySettled: (query) => {
    if (asks) query.requestCallSite((site) => sites.push(site))
  },
})

let pool: pg.Pool
beforeAll(() => {
  pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 2 })
})
beforeEach(() => {
  sites.length = 0
  asks = true
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

test('calls of a loop have come the same way, calls of one function by two callers have not', async () => {
  const find = async (): Promise<unknown> => (await pool.query('SELECT 1')).rows
  async function first(): Promise<unknown> {
    return await find()
  }
  async function second(): Promise<unknown> {
    return await find()
  }
  for (let i = 0; i < 3; i++) await first()
  await second()
  const [one, two, three, other] = sites.map((site) => site?.path)
  expect(one).toBeTypeOf('number')
  expect([two, three]).toEqual([one, one])
  expect(other).not.toBe(one)
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

describe('behind a queue whose promises are resolved by hand', () => {
  /** As a data loader does it: one query for all that wait. */
  function viaQueue(text: string): Promise<unknown> {
    return new Promise((resolve) => {
      process.nextTick(() => void pool.query(text).then((result) => resolve(result)))
    })
  }
  async function library(text: string): Promise<unknown> {
    return await viaQueue(text)
  }

  test('a query is found at the line that awaits its answer, before that goes on', async () => {
    async function load(): Promise<number> {
      await library('SELECT 1 AS queued')
      expect(sites).toHaveLength(1)
      return lineOfCaller() - 2
    }
    const line = await load()
    expect(sites).toEqual([expect.objectContaining({ file: own, line, functionName: 'load' })])
  })

  test('a question that comes later than the answer is not answered by whoever is at work then', async () => {
    asks = false
    let late: QueryExecution | undefined
    const stop = processState().dispatcher.attach({
      name: 'asks late',
      querySettled: (query) => {
        late = query
      },
    })
    await library('SELECT 1 AS late')
    stop()
    late?.requestCallSite((site) => sites.push(site))
    const noise = async (): Promise<void> => {
      await library('SELECT 1 AS noise')
    }
    await noise()
    expect(sites).toEqual([undefined])
  })
})

describe('from the second question about a statement on, a caller is found', () => {
  test('who gives a pool a callback', async () => {
    const callBack = () => new Promise((resolve) => pool.query('SELECT 1 AS by_pool', resolve))
    const line = lineOfCaller() - 1
    await callBack()
    await callBack()
    expect(sites).toEqual([undefined, expect.objectContaining({ file: own, line })])
  })

  test('who gives a client a callback', async () => {
    const client = await pool.connect()
    for (let n = 0; n < 2; n++) await new Promise((resolve) => client.query('SELECT 1 AS by_client', resolve))
    const line = lineOfCaller() - 1
    client.release()
    expect(sites).toEqual([undefined, expect.objectContaining({ file: own, line })])
  })

  test('who reads a cursor', async () => {
    const client = await pool.connect()
    for (let n = 0; n < 2; n++) await client.query(new Cursor('SELECT 1 AS by_cursor')).read(10)
    const line = lineOfCaller() - 1
    await client.query('SELECT 1')
    client.release()
    expect(sites.slice(0, 2)).toEqual([undefined, expect.objectContaining({ file: own, line })])
  })

  test('who writes other values into the text', async () => {
    await new Promise((resolve) => pool.query('SELECT 1 AS by_text WHERE 10 = 11', resolve))
    await new Promise((resolve) => pool.query('SELECT 1 AS by_text WHERE 12 = 13', resolve))
    const line = lineOfCaller() - 1
    expect(sites).toEqual([undefined, expect.objectContaining({ file: own, line })])
  })
})

test('a statement that nobody asks about any more is no longer looked at: fifty executions later', async () => {
  const callBack = () => new Promise((resolve) => pool.query('SELECT 1 AS forgotten', resolve))
  await callBack()
  asks = false
  for (let n = 0; n < 50; n++) await callBack()
  asks = true
  await callBack()
  await callBack()
  expect(sites).toEqual([undefined, undefined, expect.objectContaining({ file: own })])
})

test.each([
  [
    'throws',
    () => {
      throw new Error('of the application')
    },
  ],
  ['gives no text', (_error: Error, frames: NodeJS.CallSite[]) => frames.length],
])('an application’s own formatting of stacks that %s does no harm', async (_what, format) => {
  const { prepareStackTrace } = Error
  Error.prepareStackTrace = format
  try {
    const { rows } = await pool.query('SELECT 1 AS one')
    expect(rows).toEqual([{ one: 1 }])
    expect(Error.prepareStackTrace).toBe(format)
  } finally {
    Error.prepareStackTrace = prepareStackTrace
  }
  expect(sites).toEqual([expect.objectContaining({ file: own })])
})

test('an observer that throws at the answer does not reject the query', async () => {
  asks = false
  const stop = processState().dispatcher.attach({
    name: 'throws at the answer',
    querySettled: (query) =>
      query.requestCallSite(() => {
        throw new Error('of an observer')
      }),
  })
  try {
    await expect(pool.query('SELECT 1 AS one')).resolves.toMatchObject({ rows: [{ one: 1 }] })
  } finally {
    stop()
  }
})

test('the process keeps its own stack settings', async () => {
  const { stackTraceLimit, prepareStackTrace } = Error
  await pool.query('SELECT 1')
  expect(Error.stackTraceLimit).toBe(stackTraceLimit)
  expect(Error.prepareStackTrace).toBe(prepareStackTrace)
})
