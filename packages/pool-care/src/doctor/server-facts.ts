import type { PoolView, SideConnection } from '@pgspan/lifecycle'

/** What lies behind a pool, as far as its connections tell. */
export interface ServerFacts {
  /** Connections that the server takes from this role to this database. */
  readonly connectionLimit: number
  /** True if a pooler answers for the server. */
  readonly isPooled: boolean
  /** True if that pooler gives one server connection to several clients in turn. */
  readonly sharesConnections: boolean
}

const limits = `
  SELECT least(
    current_setting('max_connections')::int
      - current_setting('superuser_reserved_connections')::int
      - coalesce(current_setting('reserved_connections', true)::int, 0),
    (SELECT nullif(rolconnlimit, -1) FROM pg_catalog.pg_roles WHERE rolname = current_user),
    (SELECT nullif(datconnlimit, -1) FROM pg_catalog.pg_database WHERE datname = current_database())
  ) AS maximum`

/** How often it is tried to get the server connection that another client has just used. */
const attempts = 3

/**
 * Asks over connections of its own, at most two.
 *
 * @throws the driver's error; undefined if the pool has no connections to offer.
 */
export async function serverFactsOf(pool: PoolView): Promise<ServerFacts | undefined> {
  const first = await pool.openSideConnection('doctor')
  if (first === undefined) return undefined
  let second: SideConnection | undefined
  try {
    const [limit] = await first.query(limits, [])
    const isPooled = (await processOf(first)) !== first.backendProcessId
    if (isPooled) second = await pool.openSideConnection('doctor')
    return {
      connectionLimit: Number(limit?.maximum),
      isPooled,
      sharesConnections: second !== undefined && (await isShared(first, second)),
    }
  } finally {
    first.close()
    second?.close()
  }
}

/** Two clients with one server process: in session mode that cannot be. */
async function isShared(first: SideConnection, second: SideConnection): Promise<boolean> {
  for (let i = 0; i < attempts; i++) {
    if ((await processOf(first)) === (await processOf(second))) return true
  }
  return false
}

async function processOf(connection: SideConnection): Promise<number> {
  const [row] = await connection.query('SELECT pg_backend_pid() AS process', [])
  return Number(row?.process)
}
