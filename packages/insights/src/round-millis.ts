/** Microseconds: as exact as the clock is, and readable. */
export function roundMillis(millis: number): number {
  return Math.round(millis * 1_000) / 1_000
}
