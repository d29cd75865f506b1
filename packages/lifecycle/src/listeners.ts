import type { Observer } from './observer.js'

const starts = ['queryStarted', 'connectionOpening', 'checkoutRequested', 'poolAppeared'] as const
const settlements = [
  'querySettled',
  'connectionSettled',
  'connectionClosed',
  'checkoutSettled',
  'checkoutReleased',
  'releasedDirty',
  'connectionRemoved',
  'poolFailed',
  'poolEnded',
] as const

export type Start = (typeof starts)[number]
export type Settlement = (typeof settlements)[number]
/** The observers of each event, in the order in which they hear of it. */
export type Listeners = Readonly<Record<Start | Settlement, readonly Observer[]>>

/** What every query or checkout makes: those who sleep do not hear of it. */
const frequent: ReadonlySet<Start | Settlement> = new Set([
  'queryStarted',
  'querySettled',
  'checkoutRequested',
  'checkoutSettled',
  'checkoutReleased',
])

/** Who listens to what, with those who sleep. */
export function listenersOf(
  observers: readonly Observer[],
  isAwake: (observer: Observer) => boolean,
): Listeners {
  const listening = (event: Start | Settlement): Observer[] =>
    observers.filter((observer) => observer[event] && (isAwake(observer) || !frequent.has(event)))
  // Every event of an observer is among them, or TypeScript could not read its listeners.
  return Object.fromEntries([
    ...starts.map((event) => [event, listening(event)]),
    ...settlements.map((event) => [event, listening(event).reverse()]),
  ]) as Listeners
}
