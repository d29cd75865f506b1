import type { SideConnection } from '@pgspan/lifecycle'

/** The database in which a PgBouncer answers for itself. */
export const pgbouncerConsole = 'pgbouncer'

/** What a PgBouncer said of one of its databases, over all users. */
export interface PgBouncerSnapshot {
  readonly database: string
  readonly clients: { readonly active: number; readonly waiting: number }
  readonly servers: {
    readonly active: number
    readonly idle: number
    readonly used: number
    readonly login: number
  }
  /** How long the oldest waiting client has waited, in seconds. */
  readonly oldestWait: number
  /** Since it was started. */
  readonly queries: number
  readonly transactions: number
  /** Seconds that clients have waited, summed over all. */
  readonly waitTime: number
}

const maximumDatabases = 50

type Row = Readonly<Record<string, unknown>>

/**
 * Asks a PgBouncer, over a connection to its console.
 *
 * @throws the driver's error: the role is not among its `stats_users`.
 * @see https://www.pgbouncer.org/usage.html#show-commands
 */
export async function readPgBouncer(console: SideConnection): Promise<readonly PgBouncerSnapshot[]> {
  const pools = await console.query('SHOW POOLS', [])
  const stats = await console.query('SHOW STATS', [])
  const databases = [...new Set(pools.map(({ database }) => String(database)))]
  return databases
    .filter((database) => database !== pgbouncerConsole)
    .slice(0, maximumDatabases)
    .map((database) => {
      const own = pools.filter((row) => row.database === database)
      const sum = (...columns: readonly string[]): number =>
        own.reduce(
          (total, row) => total + columns.reduce((part, column) => part + numberOf(row, column), 0),
          0,
        )
      const total = stats.find((row) => row.database === database) ?? {}
      return {
        database,
        clients: { active: sum('cl_active'), waiting: sum('cl_waiting') },
        servers: {
          active: sum('sv_active'),
          idle: sum('sv_idle'),
          used: sum('sv_used', 'sv_tested'),
          login: sum('sv_login'),
        },
        oldestWait: Math.max(
          ...own.map((row) => numberOf(row, 'maxwait') + numberOf(row, 'maxwait_us') / 1e6),
        ),
        queries: numberOf(total, 'total_query_count'),
        transactions: numberOf(total, 'total_xact_count'),
        waitTime: numberOf(total, 'total_wait_time') / 1e6,
      }
    })
}

/** Numbers arrive as text; a release may lack a column. */
function numberOf(row: Row, column: string): number {
  return Number(row[column] ?? 0) || 0
}
