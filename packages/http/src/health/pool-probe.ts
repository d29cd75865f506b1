import type { PoolView, SideConnection } from '@pgspan/lifecycle'

/** What came of one probe. */
export type ProbeResult =
  | { readonly outcome: 'answered'; readonly millis: number }
  | { readonly outcome: 'silent' }
  | { readonly outcome: 'refused'; readonly sqlState: string }
  /** The pool's source has no way to connect beside it. */
  | { readonly outcome: 'impossible' }

/**
 * Asks the database for one answer over a connection beside the pool, which is closed at once: the probe takes none of
 * the pool's connections and waits for none. Never rejects.
 */
export async function probe(pool: PoolView, timeoutMillis: number): Promise<ProbeResult> {
  const startedAt = performance.now()
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<ProbeResult>((resolve) => {
    timer = setTimeout(resolve, timeoutMillis, { outcome: 'silent' }).unref()
  })
  const answer = ask(pool, startedAt)
  try {
    return await Promise.race([answer, tooLong])
  } finally {
    clearTimeout(timer)
  }
}

async function ask(pool: PoolView, startedAt: number): Promise<ProbeResult> {
  let connection: SideConnection | undefined
  try {
    connection = await pool.openSideConnection('health')
    if (connection === undefined) return { outcome: 'impossible' }
    await connection.query('SELECT 1', [])
    return { outcome: 'answered', millis: performance.now() - startedAt }
  } catch (error) {
    const sqlState = sqlStateOf(error)
    return sqlState === undefined ? { outcome: 'silent' } : { outcome: 'refused', sqlState }
  } finally {
    connection?.close()
  }
}

function sqlStateOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined
}
