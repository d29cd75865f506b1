import type { PoolView } from '@pgspan/lifecycle'
import { codeOf } from '../transient-error.js'
import type { Diagnosis } from './diagnosis.js'
import { type ServerFacts, serverFactsOf } from './server-facts.js'
import type { SessionFeatures } from './session-features.js'

/** What the servers behind pools say: asks each once. */
export async function checkServers(
  pools: readonly PoolView[],
  instances: number,
  features: SessionFeatures,
): Promise<readonly Diagnosis[]> {
  const diagnoses = await Promise.all(
    [...byServer(pools)].map(([name, server]) => checkServer(name, server, instances, features)),
  )
  return diagnoses.flat()
}

interface Server {
  readonly pools: PoolView[]
  /** Of all these pools together, now: one that has ended while its server is asked has none. */
  limits: number
}

function byServer(pools: readonly PoolView[]): Map<string, Server> {
  const servers = new Map<string, Server>()
  for (const pool of pools) {
    const { address, port } = pool.target
    const name = [address ?? 'server', port].filter(Boolean).join(':')
    const server = servers.get(name) ?? { pools: [], limits: 0 }
    server.pools.push(pool)
    server.limits += pool.counts()?.limit ?? 0
    servers.set(name, server)
  }
  return servers
}

async function checkServer(
  name: string,
  { pools, limits }: Server,
  instances: number,
  features: SessionFeatures,
): Promise<readonly Diagnosis[]> {
  const subject = `server ${name}`
  let facts: ServerFacts | undefined
  try {
    for (const pool of pools) facts ??= await serverFactsOf(pool)
  } catch (error) {
    return [notExamined(subject, error)]
  }
  if (facts === undefined) return []
  return facts.isPooled
    ? checkPooler(subject, facts, pools, features)
    : checkLimits(subject, facts, limits, instances)
}

function checkLimits(
  subject: string,
  { connectionLimit }: ServerFacts,
  sum: number,
  instances: number,
): readonly Diagnosis[] {
  if (sum * instances <= connectionLimit) return []
  const times = instances === 1 ? '' : `, ${sum * instances} in ${instances} instances`
  return [
    {
      check: 'limits_above_server',
      severity: 'error',
      subject,
      problem: `The pools of this process may open ${sum} connections${times}; the server takes ${connectionLimit}.`,
      consequence:
        'Under load, requests fail with “too many clients already” (53300), those of other services too.',
      remedy: `Set max so that the sum over all pools and instances stays below ${connectionLimit}, or put PgBouncer in between.`,
    },
  ]
}

function checkPooler(
  subject: string,
  { sharesConnections }: ServerFacts,
  pools: readonly PoolView[],
  features: SessionFeatures,
): readonly Diagnosis[] {
  const used = new Set(pools.flatMap(({ target }) => features.of(target)))
  if (!sharesConnections || used.size === 0) return []
  return [
    {
      check: 'pooler_session_features',
      severity: 'error',
      subject,
      problem: `A pooler gives server connections to several clients in turn (transaction mode), and the application uses ${[...used].join(', ')}.`,
      consequence:
        'What one session sets, locks, prepares or listens to is lost after its transaction, and found by whoever gets the server connection next.',
      remedy:
        'SET LOCAL, pg_advisory_xact_lock and ON COMMIT DROP inside a transaction; LISTEN over a connection that bypasses the pooler.',
    },
  ]
}

/** Never with the server's own words. */
function notExamined(subject: string, error: unknown): Diagnosis {
  return {
    check: 'server_not_examined',
    severity: 'note',
    subject,
    problem: `The server could not be asked (${codeOf(error) ?? 'connection failed'}).`,
    consequence: 'Its limits, and whether a pooler lies in between, are unknown.',
    remedy: 'Examine again when it can be reached, with a role that may connect.',
  }
}
