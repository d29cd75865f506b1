import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ROOT_CONTEXT } from '@opentelemetry/api'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import {
  analyseLog,
  createQueryLog,
  ensureTable,
  type LogAnalysis,
  type LogEntry,
  readTable,
  toFiles,
  toTable,
} from '@pgspan/slow-query-log'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../scripts/embedded-postgres.mjs'
import { postgresFolder } from './matrix/binaries.js'
import { loadPg } from './support/load-pg.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const command = fileURLToPath(new URL('../packages/pgspan/dist/cli/main.js', import.meta.url))
const cwd = fileURLToPath(new URL('../examples/shop/', import.meta.url))
const million = 1_000_000

/** In a heap that has no room for a hundredth of the log. */
async function topOf(...place: string[]): Promise<LogAnalysis> {
  const startedAt = performance.now()
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--max-old-space-size=48', command, 'slow-log', 'top', ...place, '--json'],
    { cwd, maxBuffer: 2 ** 28 },
  )
  console.log(`${place[0]}: analysed in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`)
  return JSON.parse(stdout) as LogAnalysis
}

function entry(n: number): LogEntry {
  const family = (n * 7_919) % 300
  return {
    time: Date.UTC(2026, 10, 1) + n * 1_000,
    severity: 'WARN',
    eventName: 'pgspan.query',
    body: `SELECT t${family} took ${n % 1_000} ms`,
    attributes: {
      'pgspan.log.reason': 'slow',
      'db.query.summary': `SELECT t${family}`,
      'db.query.text': `SELECT * FROM t${family} JOIN orders ON orders.id = t${family}.order_id WHERE orders.region = $1 LIMIT ?`,
      'pgspan.query.fingerprint': `1-${family.toString(16).padStart(16, '0')}`,
      'pgspan.execution.time': (n % 1_000) / 1_000,
      'db.response.returned_rows': n % 7,
      'pgspan.unit.name': `GET /route${family % 40}/:id`,
      'code.file.path': `src/route${family % 40}.ts`,
      'code.line.number': family,
    },
    context: ROOT_CONTEXT,
  }
}

const totalMillis = (million / 1_000) * ((999 * 1_000) / 2)

describe('a million entries', () => {
  test('are written to files without a loss, and analysed in seconds in little memory', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pgspan-million-'))
    const writer = toFiles({ directory, maximumFileBytes: 50 * 2 ** 20, maximumFiles: 1_000 })
    const startedAt = performance.now()
    for (let n = 0; n < million; n++) {
      writer.write(entry(n))
      if (n % 500 === 499)
        while (writer.statistics().queued > 1_000) await new Promise((resolve) => setImmediate(resolve))
    }
    await writer.close()
    console.log(`files: written in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`)
    expect(writer.statistics()).toEqual({ name: 'files', written: million, lost: 0, queued: 0 })
    expect((await readdir(directory)).length).toBeGreaterThan(5)
    const { all, lost, unreadable, families } = await topOf(directory)
    await rm(directory, { recursive: true })
    expect({ lost, unreadable, families: families.length }).toEqual({ lost: 0, unreadable: 0, families: 10 })
    expect(all.count).toBe(million)
    expect(Math.round(all.totalMillis)).toBe(totalMillis)
  })

  test('in the table are analysed in seconds in little memory', async () => {
    const client = new pg.Client({ connectionString: database().connectionString })
    await client.connect()
    await ensureTable((text) => client.query(text), { table: 'million' })
    await client.query(`
      INSERT INTO million (time, reason, execution_ms, row_count, fingerprint, summary, statement, unit, file, line)
      SELECT now() - interval '1 ms' * (n % 1000), 'slow', n % 1000, n % 7, '1-' || (n * 7919) % 300, 'SELECT t' || (n * 7919) % 300,
        'SELECT * FROM t JOIN orders ON orders.id = t.order_id WHERE orders.region = $1 LIMIT ?',
        'GET /route' || (n * 7919) % 40 || '/:id', 'src/route.ts', n % 300
      FROM generate_series(0::bigint, ${million - 1}) AS n`)
    await client.end()
    const { all } = await topOf('--database', database().connectionString, '--table', 'million')
    expect(all.count).toBe(million)
    expect(Math.round(all.totalMillis)).toBe(totalMillis)
  })
})

describe.each([14, 15, 16, 17] as const)('PostgreSQL %i', (major) => {
  test('has the table, with unlogged partitions, and gives its rows back', async () => {
    const server = await startEmbeddedPostgres({ binaries: await postgresFolder(major) })
    const instrumentation = new PgInstrumentation()
    const writer = toTable({ batchSize: 10 })
    const log = createQueryLog({ sampleRate: 1, writers: [writer] })
    log.attach()
    const pool = new (loadPg().Pool)({ connectionString: server.connectionString })
    for (let n = 0; n < 25; n++) await pool.query('SELECT $1::int', [n])
    while (writer.statistics().written < 25) await new Promise((resolve) => setTimeout(resolve, 50))
    await log.close()
    instrumentation.disable()
    const client = await pool.connect()
    const { rows } = await client.query(
      "SELECT relkind, relpersistence FROM pg_class WHERE relname ~ '^pgspan_queries' AND relkind IN ('p', 'r') ORDER BY relkind",
    )
    const { all } = await analyseLog(readTable((text) => client.query(text)))
    // A second time it changes nothing.
    await ensureTable((text) => client.query(text))
    client.release()
    await pool.end()
    await server.stop()
    expect(rows.slice(0, 2)).toEqual([
      { relkind: 'p', relpersistence: 'p' },
      { relkind: 'r', relpersistence: 'u' },
    ])
    expect(all.count).toBe(25)
    expect(writer.statistics().lost).toBe(0)
  })
})
