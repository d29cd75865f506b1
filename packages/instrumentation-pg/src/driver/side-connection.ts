import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import type { SideConnection } from '@pgspan/lifecycle'
import { clientStateOf } from './client-state.js'
import type { PgClient, PgPool } from './pg-shapes.js'

const timeoutMillis = 5_000

// The key under which OpenTelemetry's SDKs look whether to record; the same for every copy of them.
const silent = ROOT_CONTEXT.setValue(createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true)

/** Runs what nobody is to hear of, whoever instruments the driver. */
export function silently<Result>(action: () => Result): Result {
  return context.with(silent, action)
}

/** Opens a connection beside the pool, with its driver and its options. Undefined if the pool is gone. */
export async function openSideConnection(
  pool: Pick<PgPool, 'Client' | 'options' | 'ended'> | undefined,
  purpose: string,
  database?: string,
): Promise<SideConnection | undefined> {
  if (pool === undefined || pool.ended === true || typeof pool.Client !== 'function') return undefined
  // The class that the pool itself calls with such options.
  const Client = pool.Client as new (options: object) => PgClient
  const own = optionsFor(pool, purpose)
  const client = new Client(database === undefined ? own : { ...own, ...placeOf(new Client(own)), database })
  clientStateOf(client).isSideConnection = true
  // Who uses the connection learns of its loss from its next query.
  client.on('error', () => {})
  client.unref?.()
  await silently(() => client.connect())
  // Encryption may have replaced the socket.
  client.unref?.()
  return {
    backendProcessId: typeof client.processID === 'number' ? client.processID : undefined,
    async query(text, values) {
      // Without a callback, the driver gives a promise of a result.
      const result = (await silently(() => client.query(text, values))) as {
        rows: Record<string, unknown>[]
      }
      return result.rows
    },
    close() {
      Promise.resolve(client.end?.()).catch(() => {})
    },
  }
}

function optionsFor(pool: Pick<PgPool, 'options'>, purpose: string): object {
  return {
    ...pool.options,
    password: pool.options?.password,
    Client: undefined,
    pipeline: false,
    application_name: `pgspan ${purpose}`,
    connectionTimeoutMillis: timeoutMillis,
    // The server's own timeouts are not asked for: proxies refuse connections that do.
    query_timeout: timeoutMillis,
  }
}

/** What makes clients like this one: for pools that keep their options to themselves. */
export function makerOf(client: PgClient): Pick<PgPool, 'Client' | 'options'> {
  const { host, port, user, password, database, ssl } = client
  return { Client: client.constructor, options: { host, port, user, password, database, ssl } }
}

/** Where options lead to, spelled out: a connection string would win over what stands beside it. */
function placeOf({ host, port, user, password }: PgClient): object {
  return { connectionString: undefined, host, port, user, password }
}
