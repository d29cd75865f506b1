import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { DiagLogLevel, diag, ROOT_CONTEXT } from '@opentelemetry/api'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { runInUnitOfWork } from '@pgspan/lifecycle'
import {
  createQueryLog,
  ensureTable,
  type LogEntry,
  type TableOptions,
  toTable,
} from '@pgspan/slow-query-log'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { startPgBouncer } from './support/pgbouncer.js'
import { findProgram } from './support/programs.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase('CREATE SCHEMA logs')
const instrumentation = new PgInstrumentation()
const said: string[] = []
const say = (message: string): unknown => message.startsWith('pgspan') && said.push(message)
diag.setLogger({ error: say, warn: say, info: say, debug: say, verbose: say }, DiagLogLevel.ALL)
beforeEach(() => {
  said.length = 0
})
afterAll(() => instrumentation.disable())

const newPool = () => new (loadPg().Pool)({ connectionString: database().connectionString, max: 2 })

/** What a session that nobody observes sees. */
async function ask(text: string): Promise<Record<string, unknown>[]> {
  const client = new (loadPg().Client)({ connectionString: database().connectionString })
  await client.connect()
  instrumentation.disable()
  const { rows } = await client.query(text)
  instrumentation.enable()
  await client.end()
  return rows
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20))
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10).replaceAll('-', '')
const dayMillis = 86_400_000

function entry(n: number, attributes: object = {}): LogEntry {
  return {
    time: Date.now(),
    severity: 'WARN',
    eventName: 'pgspan.query',
    body: 'SELECT',
    attributes: { 'pgspan.log.reason': 'slow', 'pgspan.execution.time': n / 1_000, ...attributes },
    context: ROOT_CONTEXT,
  }
}

test('slow and failed queries are rows of a table that is made for them, and its own statements are not', async () => {
  const writer = toTable({ table: 'logs.slow', batchSize: 2 })
  const log = createQueryLog({ slowQueryMillis: 20, writers: [writer] })
  log.attach()
  const pool = newPool()
  await runInUnitOfWork('nightly', () => pool.query("SELECT pg_sleep(0.03), 'secret'"))
  await pool.query('SELECT 1/0').catch(() => {})
  await until(() => writer.statistics().written === 2)
  await pool.query('SELECT pg_sleep(0.03)')
  await log.close()
  await pool.end()
  const rows = await ask('SELECT * FROM logs.slow ORDER BY time')
  expect(rows).toMatchObject([
    {
      time: expect.any(Date),
      reason: 'slow',
      execution_ms: expect.any(Number),
      row_count: '1',
      summary: 'SELECT',
      statement: 'SELECT pg_sleep(?), ?',
      unit: 'nightly',
      pool: database().name,
      database: database().name,
      file: 'test/query-log-table.test.ts',
      error_type: null,
    },
    { reason: 'failed', sqlstate: '22012', error_type: '22012', unit: null },
    { reason: 'slow', statement: 'SELECT pg_sleep(?)' },
  ])
  expect(writer.statistics()).toEqual({ name: 'table', written: 3, lost: 0, queued: 0 })
  expect(said).toEqual([])
})

test('the table has an unlogged partition for each day and indexes on time and duration', async () => {
  const facts = await ask(`
    SELECT relname, relkind, relpersistence FROM pg_class
    WHERE relname ~ '^slow' AND relkind IN ('p', 'r', 'I') ORDER BY relname`)
  expect(facts).toEqual([
    { relname: 'slow', relkind: 'p', relpersistence: 'p' },
    { relname: `slow_${day(Date.now())}`, relkind: 'r', relpersistence: 'u' },
    { relname: `slow_${day(Date.now() + dayMillis)}`, relkind: 'r', relpersistence: 'u' },
    { relname: 'slow_execution_ms_idx', relkind: 'I', relpersistence: 'p' },
    { relname: 'slow_time_idx', relkind: 'I', relpersistence: 'p' },
  ])
})

test('days that are older than the retention are dropped, and other tables are left alone', async () => {
  const old = day(Date.now() - 20 * dayMillis)
  await ensureTable(ask, { table: 'logs.kept', days: 3 })
  await ask(
    `CREATE TABLE logs.kept_${old} PARTITION OF logs.kept FOR VALUES FROM ('2026-01-01') TO ('2026-01-02')`,
  )
  await ask('CREATE TABLE logs.kept_other (n int)')
  await ensureTable(ask, { table: 'logs.kept', retentionDays: 14 })
  const tables = await ask(
    "SELECT relname FROM pg_class WHERE relname ~ '^kept' AND relkind = 'r' ORDER BY relname",
  )
  expect(tables.map(({ relname }) => relname)).toEqual([
    ...[0, 1, 2].map((n) => `kept_${day(Date.now() + n * dayMillis)}`),
    'kept_other',
  ])
})

test('somebody who reads an old day keeps it, and keeps nobody from writing', async () => {
  const old = day(Date.now() - 20 * dayMillis)
  await ensureTable(ask, { table: 'logs.read' })
  await ask(
    `CREATE TABLE logs.read_${old} PARTITION OF logs.read FOR VALUES FROM ('2026-01-01') TO ('2026-01-02')`,
  )
  const reader = new (loadPg().Client)({ connectionString: database().connectionString })
  await reader.connect()
  await reader.query('BEGIN')
  await reader.query('SELECT FROM logs.read')
  await ensureTable(ask, { table: 'logs.read' })
  expect(await ask("SELECT count(*)::int AS days FROM pg_class WHERE relname ~ '^read_\\d+$'")).toEqual([
    { days: 3 },
  ])
  await reader.end()
  await ensureTable(ask, { table: 'logs.read' })
  expect(await ask("SELECT count(*)::int AS days FROM pg_class WHERE relname ~ '^read_\\d+$'")).toEqual([
    { days: 2 },
  ])
})

test('a table that a migration has made is used by a role that may only insert', async () => {
  await ensureTable(ask, { table: 'logs.granted', days: 1 })
  const old = `logs.granted_${day(Date.now() - 20 * dayMillis)}`
  await ask(`CREATE TABLE ${old} PARTITION OF logs.granted FOR VALUES FROM ('2026-01-01') TO ('2026-01-02')`)
  await ask(`CREATE ROLE app_${database().name} LOGIN PASSWORD 'pw'`)
  await ask(
    `GRANT USAGE ON SCHEMA logs TO app_${database().name}; GRANT INSERT ON logs.granted TO app_${database().name}`,
  )
  const writer = toTable({ table: 'logs.granted', batchSize: 1 })
  const log = createQueryLog({ sampleRate: 1, writers: [writer] })
  log.attach()
  const { host, port, name } = database()
  const pool = new (loadPg().Pool)({ host, port, database: name, user: `app_${name}`, password: 'pw' })
  await pool.query('SELECT 1')
  await until(() => writer.statistics().written === 1)
  await log.close()
  await pool.end()
  expect(await ask('SELECT count(*)::int AS rows FROM logs.granted')).toEqual([{ rows: 1 }])
  expect(said).toEqual([])
  await ask(`DROP OWNED BY app_${database().name}; DROP ROLE app_${database().name}`)
})

test('processes that start at the same time make one table', async () => {
  const all = await Promise.allSettled(
    Array.from({ length: 8 }, async () => {
      const client = new (loadPg().Client)({ connectionString: database().connectionString })
      await client.connect()
      await ensureTable((text) => client.query(text), { table: 'logs.raced' })
      await client.end()
    }),
  )
  expect(all.filter(({ status }) => status === 'rejected')).toEqual([])
})

/** A writer whose database the test can take away. */
async function writing(options: TableOptions, action: (writer: ReturnType<typeof toTable>) => Promise<void>) {
  const writer = toTable(options)
  const log = createQueryLog({ slowQueryMillis: false, writers: [writer] })
  log.attach()
  const pool = newPool()
  await pool.query('SELECT 1')
  await action(writer)
  await log.close()
  await pool.end()
  return writer.statistics()
}

test('while the database refuses, rows wait, what does not fit is lost and told of in the table', async () => {
  await ask('CREATE VIEW logs.later AS SELECT 1 AS n')
  const { written, lost } = await writing({ table: 'logs.later', batchSize: 500 }, async (writer) => {
    for (let n = 0; n < 500; n++) writer.write(entry(n))
    await until(() => said.length > 0)
    for (let n = 500; n < 7_000; n++) writer.write(entry(n))
    await ask('DROP VIEW logs.later')
    await until(() => writer.statistics().queued === 0)
  })
  expect({ written, lost }).toEqual({ written: 5_000, lost: 2_000 })
  expect(said[0]).toMatch(/^pgspan: query log: cannot write to the table later \(\w{5}\)\. It is tried again/)
  expect(await ask('SELECT count(*)::int AS rows, sum(lost)::int AS lost FROM logs.later')).toEqual([
    { rows: 5_001, lost: 2_000 },
  ])
})

test('a connection that the server ends is replaced, and no row is lost', async () => {
  const { written, lost } = await writing({ table: 'logs.ended', batchSize: 1 }, async (writer) => {
    writer.write(entry(1))
    await until(() => writer.statistics().written === 1)
    await ask(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgspan query log'",
    )
    writer.write(entry(2))
    await until(() => writer.statistics().written === 2)
  })
  expect({ written, lost }).toEqual({ written: 2, lost: 0 })
})

test('a database that is away costs no row that can wait, and no query that reaches another one', async () => {
  const { host, port } = database()
  const sockets = new Set<Socket>()
  const proxy = createServer((socket) => {
    const onward = connect({ host, port })
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(from)
      from.on('error', () => {}).pipe(to)
    }
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const { port: proxyPort } = proxy.address() as AddressInfo
  const url = new URL(database().connectionString)
  url.port = String(proxyPort)
  const writer = toTable({ table: 'logs.away', batchSize: 5 })
  const log = createQueryLog({ slowQueryMillis: false, writers: [writer] })
  log.attach()
  const behind = new (loadPg().Pool)({ connectionString: url.href })
  behind.on('error', () => {})
  await behind.query('SELECT 1')
  writer.write(entry(0))
  await until(() => writer.statistics().written === 1)

  proxy.close()
  for (const socket of sockets) socket.destroy()
  for (let n = 1; n < 50; n++) writer.write(entry(n))
  await until(() => said.some((line) => line.includes('(ECONNREFUSED)')))
  const elsewhere = newPool()
  expect((await elsewhere.query('SELECT 2 AS n')).rows).toEqual([{ n: 2 }])
  await elsewhere.end()

  proxy.listen(proxyPort, '127.0.0.1')
  await until(() => writer.statistics().written === 50)
  await log.close()
  await behind.end()
  await new Promise((resolve) => proxy.close(resolve))
  expect(writer.statistics()).toMatchObject({ written: 50, lost: 0 })
})

const pgbouncer = findProgram('pgbouncer')

test.skipIf(pgbouncer === undefined)('rows are written through PgBouncer in transaction mode', async () => {
  const { connectionString } = database()
  const bouncer = await startPgBouncer(pgbouncer as string, new URL(connectionString), 'transaction')
  const writer = toTable({ table: 'logs.bounced', batchSize: 5 })
  const log = createQueryLog({ sampleRate: 1, writers: [writer] })
  log.attach()
  const pool = new (loadPg().Pool)({ connectionString: bouncer.route(new URL(connectionString)).href })
  for (let n = 0; n < 20; n++) await pool.query('SELECT $1::int', [n])
  await until(() => writer.statistics().written === 20)
  await log.close()
  await pool.end()
  await bouncer.stop()
  expect(await ask('SELECT count(*)::int AS rows FROM logs.bounced')).toEqual([{ rows: 20 }])
  expect(said).toEqual([])
})

test('texts that a server cannot store are written all the same', async () => {
  const hostile = 'a\u0000b\ud800c\\u0000"\'; DROP TABLE x; --'
  await writing({ table: 'logs.hostile', batchSize: 1 }, async (writer) => {
    writer.write(entry(1, { 'pgspan.unit.name': hostile }))
    await until(() => writer.statistics().written === 1)
  })
  expect(await ask('SELECT unit FROM logs.hostile')).toEqual([
    { unit: 'a\ufffdb\ufffdc\\u0000"\'; DROP TABLE x; --' },
  ])
})

test('values that a column cannot hold are given up together with their batch, and counted', async () => {
  const { written, lost } = await writing({ table: 'logs.wrong', batchSize: 2 }, async (writer) => {
    writer.write(entry(1, { 'code.line.number': 1e12 }))
    writer.write(entry(2))
    await until(() => writer.statistics().lost === 2)
    writer.write(entry(3))
    writer.write(entry(4))
    await until(() => writer.statistics().written === 2)
  })
  expect({ written, lost }).toEqual({ written: 2, lost: 2 })
})

test('without a database, queries fail as they do without the log, and what is lost is counted', async () => {
  const writer = toTable({ pool: 'none of that name' })
  const log = createQueryLog({ slowQueryMillis: false, writers: [writer] })
  log.attach()
  for (let n = 0; n < 10; n++) writer.write(entry(n))
  await log.close()
  expect(writer.statistics()).toEqual({ name: 'table', written: 0, lost: 10, queued: 0 })
  expect(said).toEqual([
    expect.stringContaining('(no pool)'),
    'pgspan: query log: 10 rows were lost, 0 were written to the table',
  ])
})

test.each([
  [
    { table: 'Robert"); DROP' },
    'toTable: table must be a name like queries or logs.queries, in small letters, digits and _, got string',
  ],
  [{ retentionDays: 0 }, 'toTable: retentionDays must be a whole number of days above 0, got 0'],
])('%j is refused by name', (options, message) => {
  expect(() => toTable(options)).toThrow(new TypeError(message))
})
