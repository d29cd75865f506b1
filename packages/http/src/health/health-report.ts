/** `warn` is answered with 200, `fail` with 503. */
export type HealthStatus = 'pass' | 'warn' | 'fail'

/**
 * What a pool's status rests on.
 *
 * - `answers`: a query or a probe succeeded a short while ago
 * - `silent`: no answer in time, or none at all
 * - `refused`: the server answers, but not with a connection, for example while it starts or when it is full
 * - `saturated`: all connections are in use, and requests wait for them
 * - `ended`: the pool has ended
 * - `unknown`: nothing has been seen of it yet
 */
export type HealthReason = 'answers' | 'silent' | 'refused' | 'saturated' | 'ended' | 'unknown'

/** One pool's health. No address, no user, no text of the server. */
export interface PoolHealth {
  readonly pool: string
  readonly status: HealthStatus
  readonly reason: HealthReason
  /** SQLSTATE of the server's refusal. */
  readonly sqlState: string | undefined
  /** Milliseconds of the latest probe that succeeded. */
  readonly responseMillis: number | undefined
  readonly used: number
  readonly limit: number
  readonly pending: number
  /** ISO time of the evidence. */
  readonly time: string | undefined
}

/** The health of all pools that count. */
export interface HealthReport {
  /** The worst of them. */
  readonly status: HealthStatus
  readonly pools: readonly PoolHealth[]
}

const sentences: Readonly<Record<HealthReason, string | undefined>> = {
  answers: undefined,
  silent: 'the database does not answer',
  refused: 'the database refuses connections',
  saturated: 'all connections are in use, and requests wait',
  ended: 'the pool has ended',
  unknown: 'nothing is known of the database yet',
}

/**
 * The body of `/healthz`, as `application/health+json`.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06
 */
export function healthJson({ status, pools }: HealthReport): object {
  return { status, checks: Object.fromEntries(pools.flatMap(checksOf)) }
}

function checksOf(health: PoolHealth): [string, object[]][] {
  const { pool, reason, status, sqlState, time, used, limit } = health
  const isAboutLoad = reason === 'saturated'
  const output = sqlState === undefined ? sentences[reason] : `${sentences[reason]} (${sqlState})`
  const told = { ...(output !== undefined && { output }), ...(time !== undefined && { time }) }
  return [
    [
      `${pool}:responseTime`,
      [
        {
          componentType: 'datastore',
          ...(health.responseMillis !== undefined && {
            observedValue: Math.round(health.responseMillis * 100) / 100,
            observedUnit: 'ms',
          }),
          status: isAboutLoad ? 'pass' : status,
          ...(isAboutLoad ? time !== undefined && { time } : told),
        },
      ],
    ],
    [
      `${pool}:connections`,
      [
        {
          componentType: 'datastore',
          observedValue: used,
          observedUnit: `of ${limit}, ${health.pending} waiting`,
          status: isAboutLoad ? status : 'pass',
          ...(isAboutLoad && told),
        },
      ],
    ],
  ]
}

const ranks: Readonly<Record<HealthStatus, number>> = { pass: 0, warn: 1, fail: 2 }

export function worstOf(statuses: readonly HealthStatus[]): HealthStatus {
  return statuses.reduce((worst, status) => (ranks[status] > ranks[worst] ? status : worst), 'pass')
}
