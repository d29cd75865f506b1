import type { Detector } from './detector.js'

/** Of queries hears who {@link SettledQueries} says. */
type DetectorEvent =
  | 'checkoutSettled'
  | 'checkoutRequested'
  | 'checkoutReleased'
  | 'releasedDirty'
  | 'poolAppeared'
  | 'poolEnded'
  | 'poolsSeen'
  | 'transactionEnded'
  | 'groupRests'
  | 'unitEnded'

/** Who listens to what: most detectors listen to little, and queries are many. */
export type DetectorsByEvent = Readonly<Record<DetectorEvent, readonly Detector[]>>

export function byEvent(detectors: readonly Detector[]): DetectorsByEvent {
  const listening = (event: DetectorEvent): Detector[] => detectors.filter((each) => each[event])
  return {
    checkoutSettled: listening('checkoutSettled'),
    checkoutRequested: listening('checkoutRequested'),
    checkoutReleased: listening('checkoutReleased'),
    releasedDirty: listening('releasedDirty'),
    poolAppeared: listening('poolAppeared'),
    poolEnded: listening('poolEnded'),
    poolsSeen: listening('poolsSeen'),
    transactionEnded: listening('transactionEnded'),
    groupRests: listening('groupRests'),
    unitEnded: listening('unitEnded'),
  }
}
