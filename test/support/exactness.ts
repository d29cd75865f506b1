import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { createMetricsEndpoint } from '@pgspan/metrics-endpoint'
import pg from 'pg'
import { vi } from 'vitest'
import { freePort } from '../../examples/shop/demo/free-port.js'
import { loadPg } from './load-pg.js'
import { ModelTotals, type PoolRules } from './pool-model.js'
import { readPrometheusText, type Sample } from './prometheus-text.js'
import { Random } from './random.js'
import { advance, ScriptedPool } from './scripted-pools.js'

const rules: readonly PoolRules[] = [
  rule({ max: 2, maxUses: 7 }),
  rule({ max: 4, maxLifetimeSeconds: 61 }),
  rule({ max: 3, maxUses: 5, maxLifetimeSeconds: 97, idleTimeoutMillis: 30_011 }),
]

function rule(own: Partial<PoolRules>): PoolRules {
  return {
    max: 2,
    maxUses: Number.POSITIVE_INFINITY,
    idleTimeoutMillis: 10_007,
    maxLifetimeSeconds: 0,
    connectionTimeoutMillis: 20_011,
    ...own,
  }
}

export interface ExactnessOptions {
  /** The server's sessions can be ended by their process ids. */
  readonly kills?: boolean
  readonly makePool?: (options: pg.PoolConfig) => pg.Pool
}

/** How the figures of pools went with their models; empty for exactly. */
export interface ExactnessReport {
  readonly actions: Readonly<Record<string, number>>
  readonly differences: readonly string[]
  readonly comparisons: number
}

/**
 * Drives pools through random steps and compares, after each, every figure of every pool, as Prometheus would read it
 * from OpenTelemetry's exporter and from our own endpoint beside it, with an independent model.
 */
export async function driveExactly(
  connectionString: string,
  database: string,
  steps: number,
  seed: number,
  { kills = true, makePool = (options) => new (loadPg().Pool)(options) }: ExactnessOptions = {},
): Promise<ExactnessReport> {
  const admin = new pg.Client({ connectionString })
  await admin.connect()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'], now: 1_000_000 })
  // 0 on this clock means not yet.
  vi.advanceTimersByTime(1_000)
  const scraper = await startScraper()
  const random = new Random(seed)
  const pools = rules.map(
    (own) => new ScriptedPool(own, () => makePool({ connectionString, ...own }), random),
  )
  for (const pool of kills ? pools : []) {
    pool.terminate = async (id) => void (await admin.query('SELECT pg_terminate_backend($1)', [id]))
  }
  const names = new Names(database, pools)
  const actions: Record<string, number> = {}
  const differences: string[] = []
  let comparisons = 0
  try {
    for (let n = 0; n < steps && differences.length === 0; n++) {
      const action = await oneStep(pools, names, random)
      actions[action] = (actions[action] ?? 0) + 1
      for (const pool of pools) await pool.settled()
      for (const [who, samples] of Object.entries(await scraper.scrape())) {
        const compared = compare(samples, names)
        comparisons += compared.count
        differences.push(...compared.differences.map((text) => `step ${n}, ${action}, ${who}: ${text}`))
      }
    }
  } finally {
    for (const pool of pools) await pool.end()
    vi.useRealTimers()
    await scraper.stop()
    await admin.end()
  }
  return { actions, differences, comparisons }
}

async function oneStep(pools: readonly ScriptedPool[], names: Names, random: Random): Promise<string> {
  if (random.below(5) > 0) {
    const pool = random.pick(pools)
    return pool === undefined ? 'nothing' : pool.step(() => names.take())
  }
  const millis = 1 + (random.below(4) === 0 ? random.below(40_000) : random.below(3_000))
  advance(pools, millis)
  return 'wait'
}

/** `shop`, `shop#2` and so on, by first use; that of a pool that has ended is free again, and its counts go on. */
class Names {
  readonly #database: string
  readonly #pools: readonly ScriptedPool[]
  readonly totals: Map<string, ModelTotals> = new Map()

  constructor(database: string, pools: readonly ScriptedPool[]) {
    this.#database = database
    this.#pools = pools
  }

  /** The pool that has the name now. */
  holderOf(name: string): ScriptedPool | undefined {
    return this.#pools.find((pool) => pool.name === name && !pool.model.hasEnded)
  }

  take(): { readonly name: string; readonly totals: ModelTotals } {
    for (let n = 1; ; n++) {
      const name = n === 1 ? this.#database : `${this.#database}#${n}`
      if (this.holderOf(name) !== undefined) continue
      const totals = this.totals.get(name) ?? new ModelTotals()
      this.totals.set(name, totals)
      return { name, totals }
    }
  }
}

function compare(
  samples: readonly Sample[],
  names: Names,
): { readonly count: number; readonly differences: readonly string[] } {
  const differences: string[] = []
  let count = 0
  for (const [name, totals] of names.totals) {
    const seen = seenOf(samples, name)
    const expected = expectedOf(names.holderOf(name), totals)
    for (const key of new Set([...seen.keys(), ...expected.keys()])) {
      count++
      const [is, mustBe] = [seen.get(key) ?? 0, expected.get(key) ?? 0]
      if (Math.abs(is - mustBe) > 1e-6) differences.push(`${name}: ${key} is ${is}, not ${mustBe}`)
    }
  }
  return { count, differences }
}

const distinguishing = [
  'db_client_connection_state',
  'pgspan_pool_path',
  'error_type',
  'pgspan_connection_close_reason',
  'pgspan_release_kind',
]

/** Of one pool, by metric and by what tells its series apart. */
function seenOf(samples: readonly Sample[], pool: string): Map<string, number> {
  const ofPool = samples.filter(
    ({ name, labels }) => labels.db_client_connection_pool_name === pool && !name.endsWith('_bucket'),
  )
  return new Map(
    ofPool.map(({ name, labels, value }) => [
      [name, ...distinguishing.flatMap((label) => labels[label] ?? [])].join(' '),
      value,
    ]),
  )
}

function expectedOf(pool: ScriptedPool | undefined, totals: ModelTotals): Map<string, number> {
  if (pool === undefined) return totals.counts
  const { model, rules } = pool
  const now = performance.now()
  const oldest = (times: readonly number[]): number =>
    times.length === 0 ? 0 : (now - Math.min(...times)) / 1000
  return new Map([
    ...totals.counts,
    ['db_client_connection_count used', model.held.length],
    ['db_client_connection_count idle', model.idle.length],
    ['db_client_connection_limit', rules.max],
    ['db_client_connection_idle_max', rules.max],
    ['db_client_connection_pending_requests', model.waiting.length],
    ['pgspan_pending_oldest_age', oldest(model.waiting.map(({ requestedAt }) => requestedAt))],
    ['pgspan_hold_oldest_age', oldest(model.held.map(({ acquiredAt }) => acquiredAt))],
    ['pgspan_used_peak', model.peak('used')],
    ['pgspan_pending_peak', model.peak('pending')],
  ])
}

/** OpenTelemetry's Prometheus exporter over HTTP, and the metrics endpoint with its names as the exporter has them. */
async function startScraper(): Promise<{
  scrape(): Promise<Readonly<Record<string, readonly Sample[]>>>
  stop(): Promise<void>
}> {
  const port = await freePort()
  const exporter = new PrometheusExporter({ port, host: '127.0.0.1', preventServerStart: true })
  await exporter.startServer()
  const provider = new MeterProvider({ readers: [exporter] })
  const endpoint = createMetricsEndpoint()
  const instrumentation = new PgInstrumentation()
  instrumentation.setMeterProvider(provider)
  return {
    async scrape() {
      const response = await fetch(`http://127.0.0.1:${port}/metrics`)
      const { body } = await endpoint.answer('GET', {})
      return {
        exporter: readPrometheusText(await response.text()),
        endpoint: readPrometheusText(String(body).replaceAll('_seconds', '')),
      }
    },
    async stop() {
      instrumentation.disable()
      endpoint.close()
      await provider.shutdown()
    },
  }
}
