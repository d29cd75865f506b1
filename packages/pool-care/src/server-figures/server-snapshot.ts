import type { SideConnection } from '@pgspan/lifecycle'

/** Sessions of one kind. */
export interface SessionGroup {
  /** As in `pg_stat_activity.state`; `hidden` where the role may not see it, `other` for what has none. */
  readonly state: string
  /** `application_name`; `_OTHER` beyond the 20 with the most sessions. */
  readonly application: string
  readonly sessions: number
}

/** A session that has been idle for long, and the statement that would end it. Nobody runs it but you. */
export interface LongIdleSession {
  readonly backendProcessId: number
  readonly user: string
  readonly application: string
  readonly client: string | undefined
  readonly idleMillis: number
  readonly statement: string
}

/** What a server said of one database at one moment. */
export interface ServerSnapshot {
  readonly takenAt: Date
  readonly isInRecovery: boolean
  readonly groups: readonly SessionGroup[]
  /** Seconds; 0 if there is none. */
  readonly oldestTransaction: number
  /** Seconds; 0 if there is none. */
  readonly oldestIdleInTransaction: number
  readonly lockWaits: number
  /** Connections of all databases. */
  readonly connections: number
  /** Connections that the server takes from ordinary roles. */
  readonly connectionLimit: number
  /** The longest first, at most 50. */
  readonly longIdle: readonly LongIdleSession[]
  /** Sessions of which the role may see no more than that they are there. */
  readonly hidden: number
  /** True if a pooler answers for the server. */
  readonly isPooled: boolean
}

const maximumApplications = 20
/** Beyond these, applications are counted as one. */
const otherApplication = '_OTHER'

// A role without pg_read_all_stats sees no state and no kind of sessions of other roles.
const sessions = `
  SELECT CASE WHEN backend_type IS NULL THEN 'hidden' ELSE coalesce(state, 'other') END AS state,
    coalesce(application_name, '') AS application,
    count(*)::int AS sessions,
    coalesce(extract(epoch FROM max(clock_timestamp() - xact_start)), 0)::float8 AS transaction,
    coalesce(extract(epoch FROM max(clock_timestamp() - state_change)
      FILTER (WHERE state LIKE 'idle in transaction%')), 0)::float8 AS idle,
    (count(*) FILTER (WHERE wait_event_type = 'Lock'))::int AS waiting
  FROM pg_catalog.pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND coalesce(backend_type, 'client backend') = 'client backend'
    AND coalesce(application_name, '') NOT LIKE 'pgspan %'
  GROUP BY 1, 2 ORDER BY 3 DESC`

const longIdle = `
  SELECT pid, coalesce(usename, '') AS user, coalesce(application_name, '') AS application,
    host(client_addr) AS client,
    (extract(epoch FROM clock_timestamp() - state_change) * 1000)::float8 AS idle
  FROM pg_catalog.pg_stat_activity
  WHERE datname = current_database() AND state = 'idle' AND pid <> pg_backend_pid()
    AND clock_timestamp() - state_change > $1::float8 * interval '1 millisecond'
  ORDER BY state_change LIMIT 50`

const server = `
  SELECT pg_is_in_recovery() AS recovery, pg_backend_pid() AS process,
    (SELECT sum(numbackends) FROM pg_catalog.pg_stat_database)::int AS connections,
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
      - coalesce(current_setting('reserved_connections', true)::int, 0) AS maximum`

/** @throws the driver's error. */
export async function readServer(
  connection: SideConnection,
  longIdleMillis: number,
): Promise<ServerSnapshot> {
  const [whole] = await connection.query(server, [])
  const groups = await connection.query(sessions, [])
  const idle = await connection.query(longIdle, [longIdleMillis])
  const greatest = (column: string): number => Math.max(0, ...groups.map((row) => Number(row[column])))
  const count = (rows: typeof groups, column: string): number =>
    rows.reduce((sum, row) => sum + Number(row[column]), 0)
  return {
    takenAt: new Date(),
    isInRecovery: whole?.recovery === true,
    groups: boundedGroups(groups),
    oldestTransaction: greatest('transaction'),
    oldestIdleInTransaction: greatest('idle'),
    lockWaits: count(groups, 'waiting'),
    connections: Number(whole?.connections),
    connectionLimit: Number(whole?.maximum),
    longIdle: idle.map(describeLongIdle),
    hidden: count(
      groups.filter(({ state }) => state === 'hidden'),
      'sessions',
    ),
    isPooled: Number(whole?.process) !== connection.backendProcessId,
  }
}

function boundedGroups(rows: readonly Readonly<Record<string, unknown>>[]): readonly SessionGroup[] {
  const applications = [...new Set(rows.map(({ application }) => String(application)))]
  const kept = new Set(applications.slice(0, maximumApplications))
  const groups = new Map<string, SessionGroup>()
  for (const row of rows) {
    const state = String(row.state)
    const application = kept.has(String(row.application)) ? String(row.application) : otherApplication
    const key = JSON.stringify([state, application])
    const sessions = (groups.get(key)?.sessions ?? 0) + Number(row.sessions)
    groups.set(key, { state, application, sessions })
  }
  return [...groups.values()]
}

function describeLongIdle(row: Readonly<Record<string, unknown>>): LongIdleSession {
  return {
    backendProcessId: Number(row.pid),
    user: String(row.user),
    application: String(row.application),
    client: typeof row.client === 'string' ? row.client : undefined,
    idleMillis: Math.round(Number(row.idle)),
    statement: `SELECT pg_terminate_backend(${Number(row.pid)})`,
  }
}
