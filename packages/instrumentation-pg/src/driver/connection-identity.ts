import { type Connection, type DatabaseTarget, processState } from '@pgspan/lifecycle'
import { PgConnection } from './pg-connection.js'
import type { PgClient, PgPoolOptions } from './pg-shapes.js'

/** More targets than this in one process are told apart all the same, but not shared between connections. */
const maximumSharedTargets = 256
const targets: Map<string, DatabaseTarget> = new Map()

/** Makes the identity of a client's session; its target is what the driver resolved from options and environment. */
export function connectionOf(client: PgClient): Connection {
  const state = processState()
  const connection = new PgConnection(++state.lastConnectionId, targetOf(client), client)
  if (typeof client.processID === 'number') connection.backendProcessId = client.processID
  return connection
}

/** The target that a client, or the options of a pool that has no client yet, leads to. */
export function targetOf(
  source: Pick<PgClient, 'host' | 'port' | 'database' | 'user'> | PgPoolOptions,
): DatabaseTarget {
  const address = textOf(source.host)
  const isSocket = address?.startsWith('/') ?? false
  const port = isSocket ? undefined : portOf(source.port)
  const namespace = textOf(source.database)
  const user = textOf(source.user)
  const key = `${address}\n${port}\n${namespace}\n${user}`
  const known = targets.get(key)
  if (known) return known
  const target: DatabaseTarget = Object.freeze({ namespace, address, port, user })
  if (targets.size < maximumSharedTargets) targets.set(key, target)
  return target
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function portOf(value: unknown): number | undefined {
  const port = Number(value)
  return Number.isInteger(port) && port > 0 ? port : undefined
}
