import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import Cursor from 'pg-cursor'
import { expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const telemetry = useTelemetry()

const QUERIES = 1_000_000
const SAMPLES = 10
const POOLS = 10_000

/** Megabytes of live objects. */
async function heap(): Promise<number> {
  await collect()
  return process.memoryUsage().heapUsed / 1e6
}

async function collect(): Promise<void> {
  for (let run = 0; run < 4; run++) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
  }
}

test('a million queries with hooks, errors and cursors among them leave the heap as it was', async () => {
  let hooks = 0
  const instrumentation = new PgInstrumentation({
    requestHook: () => hooks++,
    responseHook: () => hooks++,
  })
  const pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 4 })
  let failed = 0
  let rows = 0

  const readCursor = async (): Promise<void> => {
    const client = await pool.connect()
    const cursor = client.query(new Cursor('SELECT * FROM generate_series(1, 5)'))
    const read = await cursor.read(3)
    rows += read.length
    await cursor.close()
    client.release()
  }
  const query = async (index: number): Promise<void> => {
    if (index % 100 === 0) await pool.query('SELECT 1 / $1::int', [0]).catch(() => failed++)
    else if (index % 100 === 1) await readCursor()
    else await pool.query('SELECT $1::int AS n', [index])
  }
  const queries = async (count: number): Promise<void> => {
    let next = 0
    const run = async (): Promise<void> => {
      while (next < count) {
        await query(next++)
        if (next % 1_000 === 0) telemetry.reset()
      }
    }
    await Promise.all(Array.from({ length: 8 }, run))
  }

  const samples: number[] = []
  for (let sample = 0; sample < SAMPLES; sample++) {
    await queries(QUERIES / SAMPLES)
    telemetry.reset()
    samples.push(await heap())
  }
  await pool.end()
  instrumentation.disable()
  console.info(
    `heap after each ${QUERIES / SAMPLES} queries, in MB: ${samples.map((mb) => mb.toFixed(1)).join(' ')}`,
  )

  expect(failed).toBe(QUERIES / 100)
  expect(rows).toBe((QUERIES / 100) * 3)
  expect(hooks).toBeGreaterThan(QUERIES)
  const [, early = 0] = samples
  expect((samples.at(-1) ?? 0) - early).toBeLessThan(3)
})

test('ten thousand pools that were made, used and ended are collected', async () => {
  const instrumentation = new PgInstrumentation()
  const { Pool } = loadPg()
  const pools: WeakRef<object>[] = []
  const usePool = async (): Promise<void> => {
    const pool = new Pool({ connectionString: database().connectionString, max: 1 })
    pools.push(new WeakRef(pool))
    await pool.query('SELECT 1')
    await pool.end()
  }
  for (let made = 0; made < POOLS; made += 20) {
    await Promise.all(Array.from({ length: 20 }, usePool))
    telemetry.reset()
  }
  await collect()
  const alive = pools.filter((pool) => pool.deref() !== undefined).length
  instrumentation.disable()
  expect(pools).toHaveLength(POOLS)
  expect(alive).toBe(0)
})
