/** Milliseconds for a person: `0.42 ms`, `12 ms`, `3.4 s`, `12 min`, `5.1 h`. */
export function shownMillis(millis: number): string {
  if (millis < 10) return `${significant(millis)} ms`
  if (millis < 1_000) return `${Math.round(millis)} ms`
  if (millis < 60_000) return `${significant(millis / 1_000)} s`
  if (millis < 3_600_000) return `${significant(millis / 60_000)} min`
  return `${significant(millis / 3_600_000)} h`
}

export function shownCount(count: number): string {
  return Math.round(count).toLocaleString('en-US')
}

/** `41 %`; `< 1 %` for a little. */
export function shownShare(part: number, whole: number): string {
  if (part <= 0 || whole <= 0) return '0 %'
  const percent = (100 * part) / whole
  return percent < 1 ? '< 1 %' : `${Math.round(percent)} %`
}

/** `2026-11-21 17:30:00` of an ISO time or of milliseconds since 1970; UTC. */
export function shownTime(time: string | number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ')
}

/** One line without control characters: what is printed must not drive the terminal. */
export function shownText(text: string, length: number = Number.POSITIVE_INFINITY): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
  return line.length > length ? `${line.slice(0, length - 1)}…` : line
}

function significant(value: number): string {
  return value < 10 ? String(Number(value.toPrecision(2))) : String(Math.round(value))
}
