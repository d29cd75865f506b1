import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LogAnalysis, LoggedQuery } from '@pgspan/slow-query-log'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startOtlpReceiver } from './support/otlp-receiver.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const app = fileURLToPath(new URL('support/tiny-app.mjs', import.meta.url))
const command = fileURLToPath(new URL('../packages/pgspan/dist/cli/main.js', import.meta.url))
const cwd = fileURLToPath(new URL('../examples/shop/', import.meta.url))

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgspan-log-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
}

function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      args,
      { cwd, env: { ...process.env, DATABASE_URL: database().connectionString, ...env } },
      (_error, stdout, stderr) => resolve({ stdout, stderr, code: child.exitCode }),
    )
  })
}

const slowLog = (...args: string[]): Promise<Ended> => run([command, 'slow-log', ...args])
const readJson = async <Value>(...args: string[]): Promise<Value> => {
  const { stdout, stderr } = await slowLog(...args, '--json')
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Value
}

/** The small application, with a log of everything. */
const runLogged = (env: Record<string, string>): Promise<Ended> =>
  run(['--import', 'pgspan/register', app], {
    OTEL_METRICS_EXPORTER: 'none',
    PGSPAN_CONSOLE: '0',
    PGSPAN_QUERY_LOG_SAMPLE_RATE: '1',
    ...env,
  })

const statements = ['BEGIN', 'COMMIT', 'SELECT $1::int + ? AS n', 'SELECT ?', 'SELECT ?::int']

describe('an application with a query log by environment', () => {
  test('writes files that the command reads, prints and ends as without, and no literal is in them', async () => {
    const bare = await run([app])
    expect(await runLogged({ PGSPAN_QUERY_LOG_DIRECTORY: folder })).toEqual(bare)
    const latest = await readJson<LoggedQuery[]>('tail', folder)
    expect([...new Set(latest.map(({ statement }) => statement))].sort()).toEqual(statements)
    expect(latest.find(({ error }) => error === '22P02')).toMatchObject({
      reason: 'failed',
      statement: 'SELECT ?::int',
    })
    const texts = await Promise.all(
      (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
    )
    expect(texts.join('')).not.toContain('canary')
  })

  test('fills the table until its last query, also if its pool has ended, and the command reads it', async () => {
    expect((await runLogged({ PGSPAN_QUERY_LOG: 'table' })).stderr).toBe('')
    const { all } = await readJson<LogAnalysis>('top', '--database', database().connectionString)
    expect(all.count).toBe(5)
  })

  test('exports log records over OTLP, in the traces of their queries', async () => {
    const receiver = await startOtlpReceiver()
    await runLogged({ PGSPAN_QUERY_LOG: 'otel', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
    await receiver.close()
    const logged = receiver.events.filter(({ attributes }) => 'pgspan.log.reason' in attributes)
    expect(logged).toHaveLength(5)
    const traces = new Set(receiver.spans.map(({ traceId }) => traceId))
    const outside = logged.filter(({ traceId }) => !traces.has(traceId))
    // It has no span, and nobody has one around it.
    expect(outside.map(({ attributes }) => attributes['db.query.text'])).toEqual(['BEGIN'])
  })

  test('prints lines of JSON', async () => {
    const { stdout } = await runLogged({ PGSPAN_QUERY_LOG: 'stdout' })
    const entries = stdout
      .split('\n')
      .flatMap((line) => (line.startsWith('{"time"') ? [JSON.parse(line)] : []))
    expect(entries).toHaveLength(5)
  })
})

function line(n: number, more: object = {}): string {
  return `${JSON.stringify({
    time: new Date(Date.UTC(2026, 10, 21, 12, 0, n)).toISOString(),
    severity: 'WARN',
    'event.name': 'pgspan.query',
    'pgspan.log.reason': 'slow',
    'pgspan.query.fingerprint': `1-000000000000000${n % 3}`,
    'db.query.summary': `SELECT t${n % 3}`,
    'db.query.text': `SELECT * FROM t${n % 3} WHERE id = $1`,
    'pgspan.execution.time': (n + 1) / 10,
    'db.response.returned_rows': 100 - n,
    'pgspan.unit.name': `GET /t${n % 2}/:id`,
    'code.file.path': 'src/t.ts',
    'code.line.number': n,
    ...more,
  })}\n`
}

describe('pgspan slow-log', () => {
  let file: string
  beforeEach(async () => {
    file = join(folder, 'queries.ndjson')
    await writeFile(file, Array.from({ length: 10 }, (_, n) => line(n)).join(''))
  })

  test('top says what statements cost, by any figure', async () => {
    const { stdout } = await slowLog('top', folder, '--limit', '1')
    expect(stdout).toMatchInlineSnapshot(`
      "10 queries, 5.5 s in total, 0 failed; 2026-11-21 12:00:00 to 2026-11-21 12:00:09 UTC

      2.2 s (40 %)  4 times  mean 550 ms  max 1 s  382 rows  SELECT t0  1-0000000000000000
        SELECT * FROM t0 WHERE id = $1
        GET /t0/:id (2), GET /t1/:id (2)  at src/t.ts:0 (1), src/t.ts:3 (1) and 2 more
      "
    `)
    const byMean = await readJson<LogAnalysis>('top', file, '--by', 'mean')
    expect(byMean.families.map(({ summary }) => summary)).toEqual(['SELECT t2', 'SELECT t0', 'SELECT t1'])
  })

  test('top --routes says what requests cost', async () => {
    expect((await slowLog('top', folder, '--routes')).stdout).toMatch(/GET \/t1\/:id[\s\S]*GET \/t0\/:id/)
  })

  test('looks at a time, a route, a duration', async () => {
    const count = async (...flags: string[]): Promise<number> =>
      (await readJson<LogAnalysis>('top', folder, ...flags)).all.count
    expect(await count('--since', '2026-11-21T12:00:05Z')).toBe(5)
    expect(await count('--until', '2026-11-21 12:00:05')).toBe(5)
    expect(await count('--route', '/t1/:id')).toBe(5)
    expect(await count('--slower-than', '900')).toBe(2)
  })

  test('show says everything on one statement', async () => {
    const byName = await slowLog('show', 'SELECT t2', folder)
    expect(byName.stdout).toMatchInlineSnapshot(`
      "SELECT t2  1-0000000000000002

      SELECT * FROM t2 WHERE id = $1

      1.8 s (33 %)  3 times  mean 600 ms  max 900 ms  285 rows
      half took less than 596 ms, 95 % less than 900 ms
      waited for a connection 0 ms, on the client 0 ms, in total
      made by GET /t0/:id (2), GET /t1/:id (1)
      at src/t.ts:2 (1), src/t.ts:5 (1), src/t.ts:8 (1)

         from 200 ms  ####################                      1
         from 500 ms  ########################################  2

      the slowest:
        2026-11-21 12:00:08    900 ms  92 rows  SELECT t2  GET /t0/:id  src/t.ts:8
        2026-11-21 12:00:05    600 ms  95 rows  SELECT t2  GET /t1/:id  src/t.ts:5
        2026-11-21 12:00:02    300 ms  98 rows  SELECT t2  GET /t0/:id  src/t.ts:2
      "
    `)
    expect((await slowLog('show', '1-0000000000000002', folder)).stdout).toBe(byName.stdout)
  })

  test('tail prints the latest, one in a line', async () => {
    const { stdout } = await slowLog('tail', folder, '--limit', '2')
    expect(stdout).toBe(
      '2026-11-21 12:00:08    900 ms  92 rows  SELECT t2  GET /t0/:id  src/t.ts:8\n' +
        '2026-11-21 12:00:09       1 s  91 rows  SELECT t0  GET /t1/:id  src/t.ts:9\n',
    )
  })

  test('report writes one page', async () => {
    const page = join(folder, 'report.html')
    expect(await slowLog('report', folder, '--output', page)).toEqual({ stdout: '', stderr: '', code: 0 })
    expect(await readFile(page, 'utf8')).toContain('<title>Query log</title>')
  })

  test.each([
    [['top'], 'pgspan: where is the log? Name a file or a directory, or use --database'],
    [['top', '/no/such/place'], "pgspan: ENOENT: no such file or directory, stat '/no/such/place'"],
    [
      ['top', '--since', 'yesterday'],
      "argument 'yesterday' is invalid. It must be like 90m, 2h or 3d, or an ISO time.",
    ],
    [['top', '--by', 'colour'], 'Allowed choices are total, mean, max, count, rows, failed.'],
    [['report', '--table', 'x; DROP', '--database'], 'pgspan: a table is named like queries or logs.queries'],
  ])('%j is answered in one line', async (args, message) => {
    const { stderr, stdout, code } = await slowLog(...args)
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
    expect(stderr).toContain(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  test('a statement that is not there, and a table that is not there, are named', async () => {
    expect((await slowLog('show', 'SELECT x', folder)).stderr).toContain(
      'no statement of the log is SELECT x',
    )
    const { stderr, code } = await slowLog(
      'top',
      '--table',
      'missing',
      '--database',
      database().connectionString,
    )
    expect({ stderr, code }).toEqual({ stderr: 'pgspan: relation "missing" does not exist\n', code: 2 })
  })
})
