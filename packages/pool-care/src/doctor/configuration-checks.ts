import type { PoolConfiguration, PoolView } from '@pgspan/lifecycle'
import type { Diagnosis } from './diagnosis.js'

type Check = (configuration: PoolConfiguration) => Omit<Diagnosis, 'subject'> | undefined

/** A connection that is never idle for longer is not at risk of being dropped by what lies in between. */
const shortIdleMillis = 60_000

const checks: readonly Check[] = [
  ({ connectionTimeoutMillis }) =>
    connectionTimeoutMillis === undefined
      ? {
          check: 'no_connection_timeout',
          severity: 'warning',
          problem: 'Requests for a connection may wait for ever: connectionTimeoutMillis is not set.',
          consequence:
            'While the pool is exhausted or the server does not answer, requests pile up until the process is out of memory, and no error says why.',
          remedy: 'new Pool({ connectionTimeoutMillis: 5_000 })',
        }
      : undefined,
  ({ hasErrorListener }) =>
    hasErrorListener
      ? undefined
      : {
          check: 'no_error_listener',
          severity: 'error',
          problem: "Nobody listens to the pool's 'error' event.",
          consequence: 'The loss of one idle connection, at every restart of the server, ends the process.',
          remedy: "pool.on('error', (error) => logger.warn({ error }, 'idle connection lost'))",
        },
  ({ keepsAlive, idleTimeoutMillis }) =>
    keepsAlive
      ? undefined
      : {
          check: 'keep_alive_off',
          severity: (idleTimeoutMillis ?? Number.POSITIVE_INFINITY) > shortIdleMillis ? 'warning' : 'note',
          problem: 'TCP keepalive is off.',
          consequence:
            'A connection that a firewall or a failed server has silently dropped is noticed by nobody: the query that gets it has no end.',
          remedy: 'new Pool({ keepAlive: true, keepAliveInitialDelayMillis: 10_000 })',
        },
]

/** What a pool's options and listeners say. */
export function checkConfiguration(pool: PoolView): readonly Diagnosis[] {
  const configuration = pool.control?.configuration()
  if (configuration === undefined) return []
  return checks.flatMap((check) => {
    const found = check(configuration)
    return found === undefined ? [] : [{ ...found, subject: `pool ${pool.name}` }]
  })
}
