import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { createInsights } from '@pgspan/insights'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { runInUnitOfWork } from '@pgspan/lifecycle'
import type pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { useFindings } from './support/findings-of-run.js'
import { loadPg } from './support/load-pg.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase(`
  CREATE TABLE events (id int PRIMARY KEY, kind text);
  INSERT INTO events SELECT n, 'k' || n % 7 FROM generate_series(1, 20000) n;
  CREATE TABLE growing (id int GENERATED ALWAYS AS IDENTITY, note text);
  INSERT INTO growing (note) SELECT 'n' FROM generate_series(1, 450);
  CREATE TABLE countries AS SELECT n AS id FROM generate_series(1, 40) n;
  CREATE TABLE settings (name text, value text);
  CREATE TABLE users AS SELECT n AS id, n + 50000 AS team_id FROM generate_series(1, 10) n;
`)
const instrumentation = new PgInstrumentation()
const { insights, foundIn, foundInEach } = useFindings()
const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i + 1)
let pool: pg.Pool

beforeEach(() => {
  pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 4 })
})
afterEach(() => pool.end())
afterAll(() => instrumentation.disable())

function block(millis: number): void {
  const until = performance.now() + millis
  while (performance.now() < until);
}

describe('a slow query', () => {
  test('is not one that the event loop kept waiting, and is one that the server worked for', async () => {
    const blocked = await foundIn(async () => {
      const query = pool.query('SELECT count(*) FROM countries')
      await pause(1)
      block(400)
      await query
      const client = await pool.connect()
      const again = client.query('SELECT id FROM countries WHERE id = 1')
      block(400)
      await again
      client.release()
    }, 'slow_query')
    expect(blocked).toEqual([])
    const slow = await foundIn(
      () => pool.query('SELECT count(*), pg_sleep(0.15) FROM countries'),
      'slow_query',
    )
    expect(slow).toMatchObject([{ kind: 'slow_query', summary: 'SELECT countries' }])
  })

  test('is one that takes far longer than it usually does', async () => {
    const text = 'SELECT id, pg_sleep($1) FROM countries WHERE id = 3'
    const works = [...Array(60).fill(0), 0.07].map((seconds) => () => pool.query(text, [seconds]))
    const findings = await foundInEach(works, 'slow_query')
    const usual = insights
      .topStatements('count', 50)
      .find(({ statement }) => statement.includes('pg_sleep($1)'))
    // On a machine that is busy enough, 70 ms are usual, or become more than 100.
    if ((usual?.p95Millis ?? 0) < 12) expect(findings).toHaveLength(1)
    for (const { title, evidence } of findings) {
      if (evidence.usualMillis !== undefined) expect(title).toContain(', usually ')
    }
  })
})

describe('results', () => {
  test('of 20,000 rows are large, unless they are streamed', async () => {
    const findings = await foundIn(async () => {
      await pool.query('SELECT * FROM events')
    }, 'large_result')
    expect(findings).toMatchObject([
      {
        severity: 'warning',
        evidence: { rows: 20_000 },
        callSite: { file: expect.stringContaining('findings-reads') },
      },
    ])
    const { default: Cursor } = await import('pg-cursor')
    const streamed = await foundIn(async () => {
      const client = await pool.connect()
      const cursor = client.query(new Cursor('SELECT * FROM events'))
      while ((await cursor.read(5_000)).length > 0);
      await cursor.close()
      client.release()
    }, 'large_result')
    expect(streamed).toEqual([])
  })

  test('of a table that grows over thirty units of work are unbounded', async () => {
    const work = async (): Promise<void> => {
      await pool.query('SELECT * FROM growing')
      await pool.query('SELECT id FROM countries')
      await pool.query('SELECT id FROM events ORDER BY id LIMIT 600')
      await pool.query("INSERT INTO growing (note) SELECT 'n' FROM generate_series(1, 10)")
    }
    const findings = await foundInEach(Array(34).fill(work), 'unbounded_select')
    expect(findings).toMatchObject([
      { kind: 'unbounded_select', severity: 'info', summary: 'SELECT growing' },
    ])
  })
})

describe('reads that wait for each other', () => {
  const sleepy = (column: string, table: string): string =>
    `SELECT ${column}, pg_sleep(0.09) FROM ${table} WHERE id = $1`

  test('are information if none uses the rows of another', async () => {
    const work = async (): Promise<void> => {
      await pool.query(sleepy('team_id', 'users'), [3])
      await pool.query(sleepy('kind', 'events'), [812])
      await pool.query(sleepy('id', 'countries'), [17])
    }
    // A machine that is busy enough pauses in between, but not always.
    const findings = await foundInEach(Array(6).fill(work), 'sequential_independent')
    expect(findings.map(({ severity }) => severity)).toContain('info')
  })

  test('are none if the second uses a value of the first', async () => {
    const findings = await foundIn(async () => {
      const { rows } = await pool.query(sleepy('team_id', 'users'), [3])
      await pool.query(sleepy('kind', 'events'), [rows[0].team_id])
    }, 'sequential_independent')
    expect(findings).toEqual([])
  })

  test('are none on one client in a transaction', async () => {
    const findings = await foundIn(async () => {
      const client = await pool.connect()
      await client.query('BEGIN')
      await client.query(sleepy('team_id', 'users'), [3])
      await client.query(sleepy('kind', 'events'), [812])
      await client.query('COMMIT')
      client.release()
    }, 'sequential_independent')
    expect(findings).toEqual([])
  })
})

describe('many queries', () => {
  const page = (widgets: number) => async (): Promise<void> => {
    for (const n of upTo(widgets))
      await pool.query(`SELECT count(*) AS widget_${n} FROM countries WHERE id > ${n}`)
  }

  test('of different statements are chatty over fifty', async () => {
    expect(await foundIn(page(51), 'chatty')).toMatchObject([{ evidence: { count: 51 } }])
  })

  test('are chatty in a request by default, and not in a job', async () => {
    const usual = createInsights()
    const detach = usual.attach()
    const server = createServer((_request, response) => void page(51)().then(() => response.end()))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await fetch(`http://127.0.0.1:${port}/page`).then((response) => response.text())
    await runInUnitOfWork('nightly', page(51))
    await new Promise((resolve) => server.close(resolve))
    detach()
    usual.close()
    const chatty = usual.findings().filter(({ kind }) => kind === 'chatty')
    expect(chatty.map(({ unit }) => unit)).toEqual(['GET /page'])
  })

  test('of eight statements are not', async () => {
    expect(await foundIn(page(8), 'chatty')).toEqual([])
  })

  test('that are the same few each time are a constant fan-out after twenty units of work', async () => {
    const load = async (): Promise<void> => {
      for (const name of ['theme', 'locale', 'zone', 'beta', 'sound', 'motd']) {
        await pool.query('SELECT value FROM settings WHERE name = $1', [name])
      }
    }
    const findings = await foundInEach(Array(21).fill(load), 'constant_fanout')
    expect(findings).toMatchObject([{ severity: 'info', evidence: { count: 6 } }])
  })
})

describe('lost context', () => {
  const late = () => insights.findings().filter(({ kind }) => kind === 'context_loss')

  test('is found where a queue of one’s own runs callbacks in the context of whoever came first', async () => {
    const jobs: (() => Promise<unknown>)[] = []
    let worker: Promise<void> | undefined
    // The loop runs in the unit of the first caller for ever.
    const work = async (): Promise<void> => {
      for (let idle = 0; idle < 20; idle++) {
        for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job()
        await pause(5)
      }
    }
    const request = (n: number): Promise<void> =>
      runInUnitOfWork('GET /queued', async () => {
        jobs.push(() => pool.query('SELECT kind FROM events WHERE id = $1', [n]))
        worker ??= work()
      })
    for (const n of upTo(8)) await request(n)
    await worker
    expect(late()).toMatchObject([{ unit: 'GET /queued', severity: 'info' }])
  })

  test('is found where a pool of one’s own calls back in the context of whoever gives a client back', async () => {
    const { Client } = loadPg()
    const clients = [0, 1].map(() => new Client({ connectionString: database().connectionString }))
    for (const client of clients) await client.connect()
    const free = [...clients]
    const waiting: ((client: pg.Client) => void)[] = []
    const acquire = (callback: (client: pg.Client) => void): void => {
      const client = free.pop()
      if (client === undefined) waiting.push(callback)
      else callback(client)
    }
    const release = (client: pg.Client): void => {
      const next = waiting.shift()
      if (next === undefined) free.push(client)
      else next(client)
    }
    const request = (n: number): Promise<void> =>
      runInUnitOfWork('GET /own-pool', () => {
        return new Promise<void>((resolve) =>
          acquire(async (client) => {
            for (const m of upTo(4))
              await client.query('SELECT kind FROM events WHERE id = $1', [n * 97 + m * 31])
            resolve()
            release(client)
          }),
        )
      })
    await Promise.all(upTo(20).map(request))
    insights.flush()
    await Promise.all(clients.map((client) => client.end()))
    const found = insights.findings().filter(({ unit }) => unit === 'GET /own-pool')
    expect(found.map(({ kind }) => kind)).toEqual(['context_loss'])
  })

  test('is not found for background work with a unit of its own, nor for one write after the response', async () => {
    const storage = new AsyncLocalStorage<number>()
    const writes: Promise<unknown>[] = []
    for (const n of upTo(3)) {
      await runInUnitOfWork('GET /audited', async () => {
        writes.push(pause(5).then(() => pool.query('SELECT 1 FROM events WHERE id = $1', [n])))
      })
      await runInUnitOfWork('GET /mailed', async () => {
        for (const m of upTo(6)) {
          writes.push(
            pause(5).then(() => {
              return storage.run(m, () =>
                runInUnitOfWork('send mail', () => pool.query('SELECT 2 FROM events WHERE id = $1', [m])),
              )
            }),
          )
        }
      })
    }
    await Promise.all(writes)
    expect(late().map(({ unit }) => unit)).not.toContain('GET /audited')
    expect(late().map(({ unit }) => unit)).not.toContain('GET /mailed')
  })
})
