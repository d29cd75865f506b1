import type { Finding, PoolSample, RecentUnit } from './page-types.js'

/** What the server tells as it happens. */
export interface LiveEvents {
  request: RecentUnit
  finding: Finding
  pools: readonly (PoolSample & { readonly name: string })[]
}

export type ConnectionState = 'connecting' | 'live' | 'lost'

const listeners: { [Name in keyof LiveEvents]: Set<(data: LiveEvents[Name]) => void> } = {
  request: new Set(),
  finding: new Set(),
  pools: new Set(),
}
const stateListeners = new Set<(state: ConnectionState) => void>()
let state: ConnectionState = 'connecting'

/** Calls `listener` for each event; returns the function that ends it. */
export function onLive<Name extends keyof LiveEvents>(
  name: Name,
  listener: (data: LiveEvents[Name]) => void,
): () => void {
  listeners[name].add(listener)
  return () => listeners[name].delete(listener)
}

/** Calls `listener` at once, and at every change. */
export function onConnectionState(listener: (state: ConnectionState) => void): () => void {
  stateListeners.add(listener)
  listener(state)
  return () => stateListeners.delete(listener)
}

/** Listens until the page is closed; the browser connects again by itself. */
export function startLive(): void {
  const source = new EventSource('api/events')
  source.onopen = () => setState('live')
  source.onerror = () => setState('lost')
  for (const name of ['request', 'finding', 'pools'] as const) {
    source.addEventListener(name, (event) => {
      const data = JSON.parse(event.data)
      for (const listener of listeners[name]) listener(data)
    })
  }
}

function setState(next: ConnectionState): void {
  state = next
  for (const listener of stateListeners) listener(next)
}
