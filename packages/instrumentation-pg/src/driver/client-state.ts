import type { Checkout, Connection } from '@pgspan/lifecycle'
import { connectionOf } from './connection-identity.js'
import type { PgQueryExecution } from './pg-query-execution.js'
import type { PgClient } from './pg-shapes.js'
import type { SubmittableWatch } from './submittable-watch.js'

/** What is known of one client, for as long as the application keeps the client. */
export interface ClientState {
  readonly connection: Connection
  /** The checkout under which the client is out of its pool. */
  checkout: Checkout | undefined
  /** One of our own, which nobody hears of. */
  isSideConnection: boolean
  /** Executions that wait in the client's queue, in order. */
  readonly waiting: PgQueryExecution[]
  /** Present while a caller's Submittable is in the client's queue or running. */
  watch: SubmittableWatch | undefined
}

const states: WeakMap<PgClient, ClientState> = new WeakMap()

export function clientStateOf(client: PgClient): ClientState {
  const known = states.get(client)
  if (known !== undefined) return known
  const state: ClientState = {
    connection: connectionOf(client),
    checkout: undefined,
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
