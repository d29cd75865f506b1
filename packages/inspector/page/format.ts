/** `0.42 ms`, `12.3 ms`, `1.24 s`. */
export function duration(millis: number): string {
  if (millis >= 10_000) return `${(millis / 1_000).toFixed(1)} s`
  if (millis >= 1_000) return `${(millis / 1_000).toFixed(2)} s`
  if (millis >= 100) return `${Math.round(millis)} ms`
  return `${millis >= 10 ? millis.toFixed(1) : millis.toFixed(2)} ms`
}

export function count(value: number): string {
  return value.toLocaleString('en')
}

export function percent(share: number): string {
  return share > 0 && share < 0.01 ? '< 1 %' : `${Math.round(share * 100)} %`
}

/** The time of day; with the day if that is not today. */
export function time(iso: string, now: Date = new Date()): string {
  const date = new Date(iso)
  const timeOfDay = date.toLocaleTimeString('en-GB')
  if (date.toDateString() === now.toDateString()) return timeOfDay
  return `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${timeOfDay}`
}

/** `1 request`, `3 requests`. */
export function requests(number: number): string {
  return number === 1 ? '1 request' : `${count(number)} requests`
}

/** `n_plus_one` as people write it. */
export function kindName(kind: string): string {
  return kind === 'n_plus_one' ? 'N+1' : kind.replaceAll('_', ' ')
}

/** `a query`, `3 queries`. */
export function queries(number: number): string {
  return number === 1 ? '1 query' : `${count(number)} queries`
}
