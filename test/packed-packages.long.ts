import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../examples/shop/demo/free-port.js'
import { nodeProgram } from './matrix/binaries.js'
import { openTelemetryLines } from './matrix/cells.js'
import { startOtlpReceiver } from './support/otlp-receiver.js'
import { packPackages } from './support/packed-packages.js'
import { useTestDatabase } from './support/test-database.js'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const database = useTestDatabase()

const app = `
import pg from 'pg'
import { runInUnitOfWork } from 'pgspan'
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
await runInUnitOfWork('nightly', async () => {
  const { rows } = await pool.query("SELECT n * 1000003 AS author_id FROM generate_series(1, 12) AS n")
  for (const { author_id } of rows) await pool.query('SELECT $1::bigint AS author_id', [author_id])
  for (const { author_id } of rows) await pool.query('SELECT typname FROM pg_type t WHERE t.oid = $1', [author_id])
  for (const { author_id } of rows) await pool.query('SELECT name FROM author WHERE author_id = $1', [author_id])
})
await pool.end()
console.log('done')
`

let folder: string
let tarballs: readonly string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgspan-packed-'))
  tarballs = await packPackages(folder)
  await run('node', ['--input-type=module', '-e', createTable], { cwd: root, env: environment() })
}, 300_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const createTable = `
import pg from 'pg'
const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
await client.connect()
await client.query('CREATE TABLE author (author_id bigint PRIMARY KEY, name text)')
await client.end()`

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  DATABASE_URL: database().connectionString,
  OTEL_METRICS_EXPORTER: 'none',
  NODE_ENV: 'development',
})

async function install(packages: readonly string[]): Promise<string> {
  const target = await mkdtemp(join(folder, 'app-'))
  await writeFile(join(target, 'package.json'), '{ "name": "app", "type": "module", "private": true }')
  await writeFile(join(target, 'app.js'), app)
  await run('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: target })
  return target
}

describe('the packed packages', () => {
  test('install into an empty application without an SDK: at most 15 packages and 3 MB', async () => {
    const target = await install([...tarballs, '@opentelemetry/api@1.9.1'])
    const installed = JSON.parse(await readFile(join(target, 'node_modules/.package-lock.json'), 'utf8'))
    // Beside the api, which is the application's own.
    const added = Object.keys(installed.packages).filter((path) => path !== 'node_modules/@opentelemetry/api')
    expect(added.length).toBeLessThanOrEqual(15)
    const own = await sizeOf(join(target, 'node_modules/@opentelemetry/api'))
    expect((await sizeOf(join(target, 'node_modules'))) - own).toBeLessThan(3_000_000)
  })

  test('have entries and types that every way to load them finds', async () => {
    for (const path of tarballs) {
      const { buffer, byteOffset, byteLength } = await readFile(path)
      const tarball = buffer.slice(byteOffset, byteOffset + byteLength)
      const { messages, pkg } = await publint({ pack: { tarball: tarball as ArrayBuffer }, strict: true })
      expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
      const checked = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)))
      // Nobody whose Node is new enough resolves as Node 10 did.
      const problems = checked.types === false ? ['no types'] : checked.problems
      expect(
        problems.filter(
          (problem) => typeof problem === 'string' || !JSON.stringify(problem).includes('node10'),
        ),
      ).toEqual([])
    }
  })

  test('without an SDK say which to install, and find the N+1 with its line', async () => {
    const target = await install([...tarballs, '@opentelemetry/api@1.9.1', 'pg@8.23.1'])
    const { stdout, stderr } = await run(process.execPath, ['--import', 'pgspan/register', 'app.js'], {
      cwd: target,
      env: environment(),
    })
    expect(stdout).toBe('done\n')
    expect(stderr).toContain('npm install @opentelemetry/sdk-node@^0.223.0')
    expect(stderr).toMatch(/N\+1|n_plus_one/)
    expect(stderr).toContain('app.js:9')
  })

  test('without an SDK serve metrics', async () => {
    const target = await install([...tarballs, '@opentelemetry/api@1.9.1', 'pg@8.23.1'])
    const script = `
      import { startPgspan } from 'pgspan'
      const pgspan = startPgspan({ console: false, inspector: false, prometheusPort: ${await freePort()} })
      const { default: pg } = await import('pg')
      const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
      await pool.query('SELECT 1')
      console.log(await (await fetch(await pgspan.metricsUrl)).text())
      await pool.end()`
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', script], {
      cwd: target,
      env: { ...environment(), OTEL_METRICS_EXPORTER: 'prometheus' },
    })
    expect(stdout).toMatch(/^db_client_operation_duration_seconds_count\{.*\} 1$/m)
    expect(stdout).toMatch(/^db_client_connection_limit\{.*\} 10$/m)
    expect(stderr).toContain('there are findings and metrics for Prometheus, but no spans')
  })

  test('work with an SDK beside them', async () => {
    const target = await install([
      ...tarballs,
      '@opentelemetry/api@1.9.1',
      '@opentelemetry/sdk-node@0.223.0',
      'pg@8.23.1',
    ])
    const { stdout, stderr } = await run(process.execPath, ['--import', 'pgspan/register', 'app.js'], {
      cwd: target,
      env: { ...environment(), OTEL_TRACES_EXPORTER: 'console', PGSPAN_CONSOLE: '0' },
    })
    expect(stdout).toContain("'db.query.summary': 'SELECT author'")
    expect(stderr).toBe('')
  })

  test.each([
    { line: '2.x', node: 20 },
    { line: '3.x', node: 24 },
  ] as const)(
    'push each of their metrics once to a collector, with OpenTelemetry $line',
    async ({ line, node }) => {
      const target = await install([...tarballs, ...openTelemetryLines[line], 'pg@8.23.1'])
      const receiver = await startOtlpReceiver()
      try {
        const { stderr } = await run(await nodeProgram(node), ['--import', 'pgspan/register', 'app.js'], {
          cwd: target,
          env: {
            ...environment(),
            OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
            OTEL_METRICS_EXPORTER: 'otlp',
            PGSPAN_CONSOLE: '0',
          },
        })
        expect(stderr).toBe('')
        const ours = receiver.histograms.filter(({ name }) => name.startsWith('db.client.'))
        expect(ours.map(({ name }) => name).sort()).toEqual([
          'db.client.connection.create_time',
          'db.client.connection.use_time',
          'db.client.connection.wait_time',
          'db.client.operation.duration',
        ])
        expect(ours.every(({ isCumulative }) => isCumulative)).toBe(true)
        expect([...receiver.metrics]).toEqual(
          expect.arrayContaining(['db.client.connection.count', 'pgspan.acquires', 'pgspan.findings']),
        )
      } finally {
        await receiver.close()
      }
    },
  )
})

async function sizeOf(path: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size
  }
  return bytes
}
