import type { Detector } from './detector.js'

type DetectorEvent = Exclude<keyof Detector, 'kind'>

/** Who listens to what: most detectors listen to little, and queries are many. */
export type DetectorsByEvent = Readonly<Record<DetectorEvent, readonly Detector[]>>

export function byEvent(detectors: readonly Detector[]): DetectorsByEvent {
  const listening = (event: DetectorEvent): Detector[] => detectors.filter((each) => each[event])
  return {
    querySettled: listening('querySettled'),
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
