import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { SpanKind, trace } from '@opentelemetry/api'
import { createInsights, type Finding, type FindingKind, InsightsSpanProcessor } from '@pgspan/insights'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { runInUnitOfWork } from '@pgspan/lifecycle'
import type pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase(`
  CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL);
  INSERT INTO accounts SELECT n, 100 FROM generate_series(1, 50) n;
`)
// A busy machine makes anything slow.
const insights = createInsights({ slowQueryMillis: false })
useTelemetry({ spanProcessors: [new InsightsSpanProcessor(insights)] })
const instrumentation = new PgInstrumentation()
let pool: pg.Pool
let runs = 0

beforeEach(() => {
  const { Pool } = loadPg()
  pool = new Pool({ connectionString: database().connectionString, max: 4 })
})
afterEach(() => pool.end())
afterAll(() => {
  instrumentation.disable()
  insights.close()
})

/** What is found in a unit of work of its own, apart from what a busy machine does. */
async function foundIn(work: () => Promise<unknown>, ...kinds: FindingKind[]): Promise<readonly Finding[]> {
  const unit = `run ${++runs}`
  await runInUnitOfWork(unit, work)
  insights.flush()
  return insights.findings().filter((finding) => finding.unit === unit && kinds.includes(finding.kind))
}

async function transaction(work: (client: pg.PoolClient) => Promise<unknown>): Promise<void> {
  const client = await pool.connect()
  await client.query('BEGIN')
  await client.query('UPDATE accounts SET balance = balance - 1 WHERE id = $1', [1])
  await work(client)
  await client.query('COMMIT')
  client.release()
}

function block(millis: number): void {
  const until = performance.now() + millis
  while (performance.now() < until);
}

describe('an idle transaction', () => {
  test('names the HTTP call that was made in it, by its span', async () => {
    const server = createServer((_request, response) => void setTimeout(() => response.end('paid'), 320))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const charge = async (): Promise<void> => {
      const span = trace.getTracer('http').startSpan('POST', {
        kind: SpanKind.CLIENT,
        attributes: { 'server.address': 'payments.example' },
      })
      await new Promise<void>((resolve) => {
        get({ port, host: '127.0.0.1' }, (response) => response.resume().once('end', resolve))
      })
      span.end()
    }
    const findings = await foundIn(() => transaction(charge), 'idle_in_transaction', 'slow_transaction')
    server.close()
    expect(findings).toMatchObject([
      {
        kind: 'idle_in_transaction',
        severity: 'warning',
        evidence: { meanwhileKind: 'call', meanwhile: 'POST payments.example', outcome: 'committed' },
        fix: expect.stringContaining('before BEGIN or after COMMIT'),
        callSite: {
          file: expect.stringContaining('findings-transactions.test.ts'),
          functionName: 'transaction',
        },
      },
    ])
  })

  test('says unknown where nobody knows, and blocked where the event loop was', async () => {
    const waiting = await foundIn(() => transaction(() => pause(320)), 'idle_in_transaction')
    expect(waiting).toMatchObject([{ severity: 'info', evidence: { meanwhileKind: 'unknown' } }])
    const computing = await foundIn(() => transaction(async () => block(400)), 'idle_in_transaction')
    expect(computing).toMatchObject([{ severity: 'info', evidence: { meanwhileKind: 'stall' } }])
  })

  test('names the query that ran on another connection', async () => {
    const work = (): Promise<unknown> => pool.query('SELECT count(*), pg_sleep(0.35) FROM accounts')
    const findings = await foundIn(() => transaction(work), 'idle_in_transaction')
    expect(findings).toMatchObject([
      { severity: 'warning', evidence: { meanwhileKind: 'query', meanwhile: 'SELECT accounts' } },
    ])
  })

  test('is none with 20 ms of computing, nor while the server works', async () => {
    const short = await foundIn(() => transaction(async () => block(20)), 'idle_in_transaction')
    // A machine that is busy enough blocks the event loop by itself.
    expect(short.filter(({ evidence }) => evidence.meanwhileKind !== 'stall')).toEqual([])
    const busy = await foundIn(
      () => transaction((client) => client.query('SELECT pg_sleep(0.4)')),
      'idle_in_transaction',
    )
    expect(busy.filter(({ evidence }) => evidence.meanwhileKind !== 'stall')).toEqual([])
  })
})

describe('a slow transaction', () => {
  test('is one that the server works for, for a second and more', async () => {
    const findings = await foundIn(
      () => transaction((client) => client.query('SELECT pg_sleep(1.05)')),
      'slow_transaction',
      'idle_in_transaction',
    )
    expect(findings).toMatchObject([
      { kind: 'slow_transaction', severity: 'info', evidence: { statements: 2 }, summary: 'UPDATE accounts' },
    ])
  })

  test('is not a slow statement outside a transaction', async () => {
    const findings = await foundIn(() => pool.query('SELECT pg_sleep(1.05)'), 'slow_transaction')
    expect(findings).toEqual([])
  })
})

describe('a transaction that is left open', () => {
  async function leaveOpen(): Promise<void> {
    const client = await pool.connect()
    await client.query('BEGIN')
    await client.query('SELECT balance FROM accounts WHERE id = $1', [2])
    client.release()
  }

  test('is found at the release of its connection', async () => {
    const findings = await foundIn(leaveOpen, 'transaction_left_open')
    expect(findings).toMatchObject([{ severity: 'warning', summary: 'SELECT accounts' }])
  })

  test('is found for a BEGIN that nobody has a client for', async () => {
    const findings = await foundIn(async () => {
      await pool.query('BEGIN')
      await pool.query('UPDATE accounts SET balance = 7 WHERE id = 9')
      await pool.query('COMMIT')
    }, 'transaction_left_open')
    expect(findings).toMatchObject([{ summary: 'BEGIN', fix: expect.stringContaining('pool.connect()') }])
  })

  test('is none when it was rolled back, when it failed and was ended, or when the connection is closed', async () => {
    const findings = await foundIn(async () => {
      const client = await pool.connect()
      await client.query('BEGIN')
      await client.query('SELECT 1/0').catch(() => client.query('ROLLBACK'))
      client.release()
      const broken = await pool.connect()
      await broken.query('BEGIN')
      broken.release(true)
      await transaction(async () => {})
    }, 'transaction_left_open')
    expect(findings).toEqual([])
  })
})

describe('queries that are called together', () => {
  const slow = 'SELECT id, pg_sleep(0.08) FROM accounts WHERE id = $1'

  test('wait for each other on one client, which is a queue and no slow query', async () => {
    const findings = await foundIn(
      async () => {
        const client = await pool.connect()
        await Promise.all([1, 2, 3, 4].map((id) => client.query(slow, [id])))
        client.release()
      },
      'queue_wait',
      'slow_query',
    )
    expect(findings).toMatchObject([
      { kind: 'queue_wait', evidence: { count: 3, queuedBehind: 3 }, summary: 'SELECT accounts' },
    ])
  })

  test('wait for nobody on a client each, nor one after the other', async () => {
    const findings = await foundIn(async () => {
      await Promise.all([1, 2, 3, 4].map((id) => pool.query(slow, [id])))
      const client = await pool.connect()
      for (const id of [1, 2]) await client.query(slow, [id])
      client.release()
    }, 'queue_wait')
    expect(findings).toEqual([])
  })
})

describe('waits for a full pool', () => {
  test('count together, though each is short', async () => {
    const { Pool } = loadPg()
    const single = new Pool({ connectionString: database().connectionString, max: 1 })
    await single.query('SELECT 1')
    let isOver = false
    // Somebody else takes the connection again and again.
    const others = [1, 2].map(async () => {
      while (!isOver) await single.query('SELECT pg_sleep(0.02)')
    })
    const findings = await foundIn(async () => {
      for (const id of Array.from({ length: 10 }, (_, i) => i + 1)) {
        await single.query('SELECT balance FROM accounts WHERE id = $1', [id])
      }
    }, 'pool_wait')
    isOver = true
    await Promise.all(others)
    await single.end()
    expect(findings).toMatchObject([{ kind: 'pool_wait', evidence: { limit: 1 } }])
    expect(findings[0]?.evidence.queued).toBeGreaterThan(3)
  })
})
