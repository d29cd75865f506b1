import type { PoolView } from '@pgspan/lifecycle'
import type { HealthSettings } from './health-options.js'
import type { HealthReason, HealthStatus, PoolHealth } from './health-report.js'
import { type ProbeResult, probe } from './pool-probe.js'

/** A verdict without news is believed for so many times the fresh period, and while a probe is tried; then it is unknown. */
const staleFactor = 3
/** Soon after a probe that says something else than the ones before, the next follows. */
const doubtMillis = 500

interface Verdict {
  readonly status: HealthStatus
  readonly reason: HealthReason
  readonly sqlState: string | undefined
}

const unknown: Verdict = { status: 'fail', reason: 'unknown', sqlState: undefined }
const answers: Verdict = { status: 'pass', reason: 'answers', sqlState: undefined }

/** Watches the database behind one pool: by its queries while there are any, else by probes, one at a time. */
export class PoolWatch {
  readonly #pool: PoolView
  readonly #settings: HealthSettings
  #verdict: Verdict = unknown
  /** Probes in a row that contradict the verdict. */
  #strikes = 0
  #checkedAt = 0
  #checkedTime: string | undefined = undefined
  #responseMillis: number | undefined = undefined
  #probing: Promise<void> | undefined = undefined
  #doubt: NodeJS.Timeout | undefined = undefined
  #closed = false

  constructor(pool: PoolView, settings: HealthSettings) {
    this.#pool = pool
    this.#settings = settings
  }

  get pool(): PoolView {
    return this.#pool
  }

  /** Called for each query that succeeds: only remembers. */
  querySucceeded(now: number): void {
    this.#checkedAt = now
    this.#checkedTime = undefined
    if (this.#verdict === answers && this.#strikes === 0) return
    this.#verdict = answers
    this.#strikes = 0
  }

  /**
   * Asks the database if there is no fresh evidence.
   *
   * @returns what is worth waiting for: undefined if the verdict at hand can be given.
   */
  refresh(now: number): Promise<void> | undefined {
    if (this.#closed) return undefined
    const age = now - this.#checkedAt
    if (this.#checkedAt !== 0 && age <= this.#settings.freshMillis) return undefined
    this.#probing ??= this.#probe()
    return this.#isStale(now) ? this.#probing : undefined
  }

  health(now: number): PoolHealth {
    const counts = this.#pool.counts()
    const { used, pending, name } = this.#pool
    const limit = counts?.limit ?? 0
    const verdict = counts === undefined ? ended : this.#isStale(now) ? unknown : this.#verdict
    const isSaturated = verdict.status === 'pass' && limit > 0 && used >= limit && pending > 0
    return {
      ...(isSaturated
        ? { status: this.#settings.saturation, reason: 'saturated' as const, sqlState: undefined }
        : verdict),
      pool: name,
      responseMillis: this.#responseMillis,
      used,
      limit,
      pending,
      time: this.#time(now),
    }
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#doubt)
  }

  async #probe(): Promise<void> {
    const result = await probe(this.#pool, this.#settings.probeTimeoutMillis)
    this.#probing = undefined
    if (this.#closed) return
    this.#checkedAt = performance.now()
    this.#checkedTime = undefined
    this.#take(result)
  }

  #take(result: ProbeResult): void {
    if (result.outcome === 'answered') this.#responseMillis = result.millis
    const found = verdictOf(result)
    const isFirst = this.#verdict === unknown
    if (isFirst || found.status === this.#verdict.status) {
      this.#verdict = found
      this.#strikes = 0
      return
    }
    if (++this.#strikes >= this.#settings.probesToChange) {
      this.#verdict = found
      this.#strikes = 0
      return
    }
    clearTimeout(this.#doubt)
    this.#doubt = setTimeout(() => {
      this.#probing ??= this.#probe()
    }, doubtMillis).unref()
  }

  #isStale(now: number): boolean {
    // A probe that is on its way is waited for by nobody who can be given the verdict before it.
    const { freshMillis, probeTimeoutMillis } = this.#settings
    return this.#checkedAt === 0 || now - this.#checkedAt > staleFactor * freshMillis + probeTimeoutMillis
  }

  /** Written only when somebody asks: queries come more often. */
  #time(now: number): string | undefined {
    if (this.#checkedAt === 0) return undefined
    this.#checkedTime ??= new Date(Date.now() - (now - this.#checkedAt)).toISOString()
    return this.#checkedTime
  }
}

const ended: Verdict = { status: 'fail', reason: 'ended', sqlState: undefined }

/** The server answers while it has no connection to give: it is there, but full. */
const tooManyConnections = '53300'

function verdictOf(result: ProbeResult): Verdict {
  switch (result.outcome) {
    case 'answered':
      return answers
    case 'impossible':
      // Nothing contradicts; only its queries could tell.
      return { status: 'warn', reason: 'unknown', sqlState: undefined }
    case 'refused':
      return {
        status: result.sqlState === tooManyConnections ? 'warn' : 'fail',
        reason: 'refused',
        sqlState: result.sqlState,
      }
    case 'silent':
      return { status: 'fail', reason: 'silent', sqlState: undefined }
  }
}
