import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Examined, examine, runPgspan } from '../support/doctor-run.js'
import { driversFolder, runNode } from '../support/run-child.js'
import { useTestDatabase } from '../support/test-database.js'

const database = useTestDatabase()
const app = (name: string): string => join(driversFolder, 'apps/telemetry', name)
const environment = (more: Record<string, string> = {}): Record<string, string> => ({
  DATABASE_URL: database().connectionString,
  PGSPAN_CONSOLE: '0',
  NODE_ENV: 'test',
  ...more,
})
const running = (args: readonly string[], env: Record<string, string> = {}): Promise<Examined> =>
  examine(['--', 'node', ...args], environment(env))

describe('an application with pg inside of a bundle', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pgspan-bundled-'))
    const esbuild: { build(options: object): Promise<unknown> } = createRequire(join(driversFolder, 'x'))(
      'esbuild',
    )
    const js = `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url); const __filename = import.meta.filename ?? import.meta.url, __dirname = import.meta.dirname ?? '.';`
    await esbuild.build({
      entryPoints: [app('ask.mjs'), app('bundled-by-hand.mjs')],
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      external: ['pg-native'],
      banner: { js },
      logLevel: 'error',
    })
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('is named with its file, and told what to do', async () => {
    const { code, told, diagnoses } = await running([join(folder, 'ask.mjs')])
    expect([code, told]).toEqual([1, ['error bundled_driver']])
    expect(diagnoses[0]?.problem).toMatch(/^A connection to PostgreSQL was opened by \S*ask\.mjs, and pgspan/)
    expect(diagnoses[0]?.remedy).toContain('--external:pg')
    expect(diagnoses[0]?.remedy).toContain('instrumentPg(pg)')
  })

  test('that hands its driver over has nothing wrong with it', async () => {
    const { told, diagnoses } = await running([join(folder, 'bundled-by-hand.mjs')])
    expect(told, JSON.stringify(diagnoses)).toEqual([])
  })
})

test('another driver is named as such', async () => {
  const { told, diagnoses } = await running([app('ask-postgres-js.mjs')])
  expect(told).toEqual(['error unseen_driver'])
  expect(diagnoses[0]?.remedy).toContain('postgres is another driver than pg')
})

describe('an application that loads pg before pgspan', () => {
  test('as an ES module: the order of imports', async () => {
    const { told, diagnoses } = await running([app('driver-first.mjs')])
    expect(told).toEqual(['error loaded_too_late'])
    expect(diagnoses[0]?.remedy).toContain('node --import pgspan/register app.js')
  })

  test('as CommonJS: with the line that loads it', async () => {
    const { told, diagnoses } = await running([app('driver-first.cjs')])
    expect(told).toEqual(['error loaded_too_late'])
    expect(diagnoses[0]?.problem).toBe('pg was loaded before pgspan, by apps/telemetry/driver-first.cjs:2.')
  })

  test('and asks for it again has nothing wrong with it', async () => {
    expect((await running([app('driver-first.cjs'), 'again'])).told).toEqual([])
  })
})

describe('an application with an SDK of its own', () => {
  const withSdk = (kind: string, env: Record<string, string> = {}): Promise<Examined> =>
    running(['--import', app('sdk.mjs'), app('server.mjs')], { SDK: kind, ...env })

  test('that it never started is told so', async () => {
    expect((await withSdk('none')).told).toEqual(['error sdk_not_started'])
  })

  test('whose sampler takes nothing is told so', async () => {
    const { told, printed } = await withSdk('never sampling')
    expect(told).toContain('warning not_sampled')
    expect(printed).toBe('')
  })

  test('whose requests have no span, for want of the hook of the loader, is told which', async () => {
    const { told, printed, diagnoses } = await withSdk('with http')
    expect([told, printed]).toEqual([['warning request_without_span'], 'SELECT\n'])
    expect(diagnoses[0]?.remedy).toContain('@opentelemetry/instrumentation/hook.mjs')
    const alone = ['--import', app('sdk.mjs'), app('server.mjs')]
    expect((await runNode(alone, environment({ SDK: 'with http' }))).stdout).toBe('SELECT\n')
    const hook = ['--no-warnings', '--experimental-loader=@opentelemetry/instrumentation/hook.mjs']
    const remedied = await running([...hook, ...alone], { SDK: 'with http' })
    expect([remedied.told, remedied.printed]).toEqual([[], 'SELECT\nGET\n'])
  })
})

test('an application that loads pgspan first has nothing wrong with it, its requests have their spans', async () => {
  const args = ['--import', 'pgspan/register', app('server.mjs')]
  expect((await running(args)).told).toEqual([])
})

test('an application that starts nothing of pgspan is told so where telemetry is to go somewhere', async () => {
  const { told } = await running([app('ask.mjs')], {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
  })
  expect([...told].sort()).toEqual(['error endpoint_unreachable', 'warning not_started'])
})

test('what is wrong while the application runs is printed with its remedy', async () => {
  const { stdout } = await runPgspan(['doctor', '--', 'node', app('driver-first.cjs')], environment())
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    'telemetry error loaded_too_late pg was loaded before pgspan, by apps/telemetry/driver-first.cjs:2. Without the doctor its queries and pools are not seen. → Load pgspan before the application: node --import pgspan/register app.js.',
  )
  expect(stdout).toContain('1 thing is wrong. Pools seen: 1.')
})
