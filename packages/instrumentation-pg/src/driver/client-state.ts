import { type Checkout, type Connection, processState } from '@pgspan/lifecycle'
import { connectionOf } from './connection-identity.js'
import type { PgQueryExecution } from './pg-query-execution.js'
import type { ParameterStatus, PgClient } from './pg-shapes.js'
import type { SubmittableWatch } from './submittable-watch.js'

/** What is known of one client, for as long as the application keeps the client. */
export interface ClientState {
  readonly connection: Connection
  /** The checkout under which the client is out of its pool. */
  checkout: Checkout | undefined
  /** It was opened for a pool, which has not given it up. */
  isOpen: boolean
  /** What its latest holder gave as the reason to close it. */
  releaseError: unknown
  /** Out of its pool, whether anybody listened when it was taken or not. */
  isOut: boolean
  /** The server takes a backslash in `'…'` for an escape: it has `standard_conforming_strings` off, and said so. */
  backslashEscapes: boolean
  /** One of our own, which nobody hears of. */
  isSideConnection: boolean
  /** Executions that wait in the client's queue, in order. */
  readonly waiting: PgQueryExecution[]
  /** Present while a caller's Submittable is in the client's queue or running. */
  watch: SubmittableWatch | undefined
}

const { dispatcher } = processState()
const states: WeakMap<PgClient, ClientState> = new WeakMap()

export function clientStateOf(client: PgClient): ClientState {
  const known = states.get(client)
  if (known !== undefined) return known
  const state: ClientState = {
    connection: connectionOf(client),
    checkout: undefined,
    isOpen: false,
    releaseError: undefined,
    isOut: false,
    backslashEscapes: false,
    isSideConnection: false,
    waiting: [],
    watch: undefined,
  }
  states.set(client, state)
  return state
}

/** Undefined for a client that nothing was recorded for. */
export function knownClientState(client: PgClient): ClientState | undefined {
  return states.get(client)
}

/** A client that was connected before it was observed: its end will be told, as of any other. */
export function announceClient(client: PgClient): void {
  if (states.has(client) || client._connected !== true) return
  announceEnd(client, clientStateOf(client).connection)
}

/**
 * Follows what the server says of itself, when the connection opens and at every change: how it reads strings, and
 * whether it takes writes.
 *
 * @see https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-ASYNC
 */
export function followSettings(client: PgClient): void {
  client.connection?.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) => {
    noteSetting(clientStateOf(client), parameterName, parameterValue === 'on')
  })
}

function noteSetting(state: ClientState, name: string, isOn: boolean): void {
  if (name === 'standard_conforming_strings') state.backslashEscapes = !isOn
  else if (name === 'in_hot_standby') state.connection.serverRole = isOn ? 'replica' : 'primary'
  else if (name === 'default_transaction_read_only') state.connection.isReadOnly = isOn
}

/**
 * Tells when an open connection has ended. What is the driver's own is listened to, where there is something: the
 * client is the application's, and it may count its listeners.
 */
export function announceEnd(client: PgClient, connection: Connection, onEnd = (): void => {}): void {
  const emitter = client.connection ?? client
  emitter.once('end', () => {
    dispatcher.connectionClosed(connection)
    onEnd()
  })
}
