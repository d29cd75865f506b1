import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import schema from '../docs/report.schema.json' with { type: 'json' }
import { freePort } from '../examples/shop/demo/free-port.js'
import planted from '../examples/shop/faults.json' with { type: 'json' }
import { type Prometheus, startPrometheus } from '../scripts/observed-shops/prometheus-server.mjs'
import { type OtlpReceiver, startOtlpReceiver } from './support/otlp-receiver.js'
import { findProgram } from './support/programs.js'

const demo = fileURLToPath(new URL('../examples/shop/demo/demo.js', import.meta.url))
const prometheusProgram = findProgram('prometheus')

interface Report {
  readonly findings: readonly {
    readonly kind: string
    readonly tier?: string
    readonly severity: string
    readonly route: string
    readonly source: string | null
    readonly file: string | null
    readonly line: number | null
  }[]
  readonly errors: readonly { readonly route: string; readonly sqlstate: string }[]
  readonly verdict: { readonly passed: boolean }
}

interface DemoRun {
  readonly status: number
  readonly output: string
  readonly report: Report
}

async function runDemo(
  args: readonly string[],
  env: Record<string, string> = {},
  whileRunning?: (isRunning: () => boolean) => Promise<void>,
): Promise<DemoRun> {
  const folder = await mkdtemp(join(tmpdir(), 'pgspan-demo-'))
  const json = join(folder, 'report.json')
  try {
    const child = spawn(process.execPath, [demo, ...args, '--json', json], {
      env: { ...process.env, ...env },
    })
    const output = collect(child)
    const ended = once(child, 'exit')
    await whileRunning?.(() => child.exitCode === null && child.signalCode === null)
    const [status] = await ended
    return { status, output: output(), report: JSON.parse(await readFile(json, 'utf8')) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function collect(child: ChildProcess): () => string {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  return () => output
}

function isReport(report: unknown): true | unknown {
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } })
  return ajv.validate(schema, report) || ajv.errors
}

describe('npm run demo -- --once', () => {
  let receiver: OtlpReceiver
  let prometheus: Prometheus | undefined
  let run: DemoRun
  const scraped: Record<string, number> = {}
  const scrapedQueries: Record<string, string> = {
    up: 'up == 1',
    pools: 'count(count by (db_client_connection_pool_name) (db_client_connection_count))',
    limit: 'max(db_client_connection_limit)',
    queries: 'sum(db_client_operation_duration_seconds_count)',
    waits: 'sum(db_client_connection_wait_time_seconds_count)',
    findings: 'sum(pgspan_findings_total)',
  }

  beforeAll(async () => {
    receiver = await startOtlpReceiver()
    const port = await freePort()
    if (prometheusProgram)
      prometheus = await startPrometheus({ program: prometheusProgram, jobs: { shop: `127.0.0.1:${port}` } })
    const scrape = async (isRunning: () => boolean): Promise<void> => {
      while (prometheus && isRunning()) {
        for (const [name, expression] of Object.entries(scrapedQueries)) {
          const [first] = await prometheus.query(expression)
          if (first) scraped[name] = Math.max(scraped[name] ?? 0, first.value)
        }
        await sleep(250)
      }
    }
    run = await runDemo(
      ['--once'],
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
        OTEL_METRIC_EXPORT_INTERVAL: '1000',
      },
      scrape,
    )
  }, 120_000)
  afterAll(async () => {
    await prometheus?.stop()
    await receiver?.close()
  })

  test('ends with status 0 and a report by the schema', () => {
    expect(run.output).toContain('planted faults found, and nothing else to warn about')
    expect(run.status).toBe(0)
    expect(isReport(run.report)).toBe(true)
  })

  test('finds each planted fault by kind, route, line and source, and warns of nothing else', () => {
    const plain = ({
      kind,
      route,
      source,
      file,
      line,
    }: Omit<Report['findings'][number], 'severity'>): object => ({
      kind,
      route,
      source,
      file,
      line,
    })
    const expected = planted.faults.map(plain)
    const warnings = run.report.findings.filter(({ severity }) => severity !== 'info').map(plain)
    expect(run.report.findings.map(plain)).toEqual(expect.arrayContaining(expected))
    expect(expected).toEqual(expect.arrayContaining(warnings))
    expect(warnings.length).toBeGreaterThanOrEqual(5)
    for (const { kind, tier } of run.report.findings) if (kind === 'n_plus_one') expect(tier).toBe('proven')
  })

  test('reports the route that errors, with its SQLSTATE', () => {
    expect(run.report.errors.map(({ route, sqlstate }) => ({ route, sqlstate }))).toEqual(
      planted.errors.map(({ route, sqlstate }) => ({ route, sqlstate })),
    )
  })

  test('exports spans, metrics, findings and exceptions that a real OTLP receiver decodes', () => {
    const queries = receiver.spans.filter(({ attributes }) => attributes['db.system.name'] === 'postgresql')
    const requests = new Set(
      receiver.spans.filter(({ name }) => name === 'GET').map(({ traceId }) => traceId),
    )
    expect(queries.length).toBeGreaterThan(1_000)
    expect(queries.filter(({ traceId }) => requests.has(traceId)).length).toBeGreaterThan(1_000)
    for (const metric of ['db.client.operation.duration', 'db.client.connection.count', 'pgspan.findings']) {
      expect([...receiver.metrics]).toContain(metric)
    }
    // The receiver's protocol files are older than the field for an event's name.
    const valuesOf = (key: string): Set<unknown> =>
      new Set(receiver.events.map(({ attributes }) => attributes[key]).filter((value) => value !== undefined))
    expect(valuesOf('pgspan.finding.kind')).toEqual(new Set(planted.faults.map(({ kind }) => kind)))
    expect(valuesOf('exception.type')).toEqual(new Set(['DatabaseError']))
    expect(valuesOf('db.response.status_code')).toEqual(
      new Set(planted.errors.map(({ sqlstate }) => sqlstate)),
    )
  })

  test.skipIf(prometheusProgram === undefined)(
    'is scraped by a real Prometheus (skipped where none is installed)',
    () => {
      expect(scraped).toMatchObject({ up: 1, pools: 2, limit: 8 })
      expect(scraped.queries).toBeGreaterThan(0)
      expect(scraped.waits).toBeGreaterThan(0)
      expect(scraped.findings).toBeGreaterThan(0)
    },
  )

  test.skipIf(prometheusProgram === undefined)(
    'has exemplars there that lead to traces which were exported, of queries and of findings (skipped likewise)',
    async () => {
      const exported = new Set(receiver.spans.map(({ traceId }) => traceId))
      for (const series of ['db_client_operation_duration_seconds_bucket', 'pgspan_findings_total']) {
        const exemplars = (await prometheus?.exemplars(series)) ?? []
        expect(exemplars.length).toBeGreaterThan(0)
        expect(exemplars.filter(({ labels }) => !exported.has(labels.trace_id ?? ''))).toEqual([])
      }
    },
  )
})

test('npm run demo -- --once --fixed ends with status 0 and nothing found', async () => {
  const { status, output, report } = await runDemo(['--once', '--fixed'])
  expect(output).toContain('nothing to warn about')
  expect(status).toBe(0)
  expect(isReport(report)).toBe(true)
  expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([])
  expect(report.errors).toEqual([])
}, 120_000)

test('npm run demo stays up until Ctrl-C, serves metrics, and leaves nothing running', async () => {
  const child = spawn(process.execPath, [demo])
  const output = collect(child)
  for (let i = 0; i < 300 && !output().includes('Ctrl-C ends it'); i++) await sleep(100)
  const url = /http:\S+\/metrics/.exec(output())?.[0] ?? ''
  expect(await (await fetch(url)).text()).toContain('db_client_connection_limit')
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  expect(await ended).toEqual([0, null])
  await expect(fetch(url)).rejects.toThrow()
  expect(output()).not.toContain('async attributes')
}, 60_000)

test('npm run demo refuses an option that does not exist, and says which there are', async () => {
  const child = spawn(process.execPath, [demo, '--onse'])
  const output = collect(child)
  const [status] = await once(child, 'exit')
  expect(status).toBe(2)
  expect(output()).toContain("Unknown option '--onse'")
  expect(output()).toContain('--once')
})
