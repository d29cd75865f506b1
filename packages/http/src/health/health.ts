import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Observer, type PoolView, processState, type QueryExecution } from '@pgspan/lifecycle'
import { answerTo, type HealthAnswer, methodNotAllowed, questionOf } from './health-answer.js'
import { type HealthOptions, type HealthSettings, resolveHealthOptions } from './health-options.js'
import { type HealthReport, type PoolHealth, worstOf } from './health-report.js'
import { PoolWatch } from './pool-watch.js'

/** Nobody who asks waits longer than this. */
const patienceMillis = 30
/** Further pools are not watched. */
const maximumPools = 64

/** Says whether the service and its databases are well, without ever making it worse. */
export interface Health {
  /** The verdict of now: at once, or within 30 ms if nothing is known yet. Never rejects. */
  check(): Promise<HealthReport>
  /**
   * The answer to a request for one of the paths; undefined for any other path.
   *
   * @param url with or without a query; `?pool=name` asks for one pool.
   */
  answer(method: string, url: string): Promise<HealthAnswer | undefined>
  /** For `node:http`: answers the request and returns true if the path is one of ours. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
  /** For Express, Connect and NestJS on Express. */
  readonly middleware: (request: IncomingMessage, response: ServerResponse, next: () => void) => void
  /**
   * For checks that throw, such as those of `@godaddy/terminus`.
   *
   * @throws Error whose `causes` is the report, if the status is `fail`.
   */
  assertReady(): Promise<void>
  /** From now on `readyPath` says `fail`, so that no more requests come while the service shuts down. */
  shutDown(): void
  /** Observes nothing from then on. */
  close(): void
}

/**
 * Makes health endpoints for the pools of this process, which the instrumentation of `pg` has to see.
 *
 * A query that succeeded a short while ago is evidence enough; without one, a probe over a connection of its own asks
 * the database, one at a time, at most every `freshMillis`, and only if somebody asks. It takes no connection of a
 * pool and never waits in one.
 *
 * @throws TypeError that names the option that is wrong.
 */
export function createHealth(options: HealthOptions = {}): Health {
  return new ProcessHealth(resolveHealthOptions(options))
}

class ProcessHealth implements Health, Observer {
  readonly name = 'health'
  readonly middleware: Health['middleware']
  readonly #settings: HealthSettings
  readonly #watches: Map<PoolView, PoolWatch> = new Map()
  readonly #detach: () => void
  #hadPools = false
  #isShuttingDown = false

  constructor(settings: HealthSettings) {
    this.#settings = settings
    this.#detach = processState().dispatcher.attach(this)
    this.middleware = (request, response, next) => {
      if (!this.handle(request, response)) next()
    }
  }

  poolAppeared(pool: PoolView): void {
    const { pools } = this.#settings
    if (this.#watches.size >= maximumPools || pools?.includes(pool.name) === false) return
    this.#hadPools = true
    const watch = new PoolWatch(pool, this.#settings)
    this.#watches.set(pool, watch)
  }

  poolEnded(pool: PoolView): void {
    this.#watches.get(pool)?.close()
    this.#watches.delete(pool)
  }

  querySettled({ checkout, error, settledAt }: QueryExecution): void {
    if (error === undefined && checkout !== undefined)
      this.#watches.get(checkout.pool)?.querySucceeded(settledAt)
  }

  async check(): Promise<HealthReport> {
    const now = performance.now()
    const worthWaiting = [...this.#watches.values()].map((watch) => watch.refresh(now)).filter((wait) => wait)
    if (worthWaiting.length > 0) await inTime(Promise.all(worthWaiting))
    const pools = this.#poolHealth(performance.now())
    return { status: worstOf(pools.map(({ status }) => status)), pools }
  }

  async answer(method: string, url: string): Promise<HealthAnswer | undefined> {
    const [path = '/', query = ''] = url.split('?', 2)
    const question = questionOf(path, this.#settings)
    if (question === undefined) return undefined
    if (method !== 'GET' && method !== 'HEAD') return methodNotAllowed
    const answer = answerTo(question, await this.#reportOn(question, new URLSearchParams(query).get('pool')))
    return method === 'HEAD' ? { ...answer, body: '' } : answer
  }

  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const url = request.url ?? '/'
    if (questionOf(url.split('?', 1)[0] ?? '/', this.#settings) === undefined) return false
    void this.answer(request.method ?? 'GET', url).then((answer) => {
      if (answer !== undefined) response.writeHead(answer.status, answer.headers).end(answer.body)
    })
    return true
  }

  async assertReady(): Promise<void> {
    const report = await this.#reportOn('ready', null)
    if (report.status !== 'fail') return
    const reasons = report.pools
      .filter(({ status }) => status === 'fail')
      .map(({ pool, reason }) => `${pool}: ${reason}`)
    throw Object.assign(new Error(`not ready: ${reasons.join(', ') || 'shutting down'}`), { causes: report })
  }

  shutDown(): void {
    this.#isShuttingDown = true
  }

  close(): void {
    this.#detach()
    for (const watch of this.#watches.values()) watch.close()
    this.#watches.clear()
  }

  async #reportOn(question: 'live' | 'ready' | 'health', pool: string | null): Promise<HealthReport> {
    // Whether a process lives has nothing to do with its database.
    if (question === 'live') return { status: 'pass', pools: [] }
    const report = await this.check()
    const pools = pool === null ? report.pools : report.pools.filter(({ pool: name }) => name === pool)
    const status = pool === null ? report.status : worstOf(pools.map((health) => health.status))
    return { status: this.#isShuttingDown ? 'fail' : status, pools }
  }

  #poolHealth(now: number): readonly PoolHealth[] {
    const seen = [...this.#watches.values()].map((watch) => watch.health(now))
    const names = this.#settings.pools ?? (this.#hadPools && seen.length === 0 ? ['*'] : [])
    const missing = names.filter((name) => seen.every(({ pool }) => pool !== name))
    return [...seen, ...missing.map((name) => missingPool(name, this.#hadPools))]
  }
}

/** A pool that has to be there and is not. */
function missingPool(pool: string, hadPools: boolean): PoolHealth {
  return {
    pool,
    status: 'fail',
    reason: hadPools ? 'ended' : 'unknown',
    sqlState: undefined,
    responseMillis: undefined,
    used: 0,
    limit: 0,
    pending: 0,
    time: undefined,
  }
}

async function inTime(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, patienceMillis)
  })
  await Promise.race([work, patience])
  clearTimeout(timer)
}
