/** Texts up to this length are kept by the cache, so that what was cut out of them costs nothing more. */
export const MAX_KEPT_TEXT = 4_096

/** V8 copies shorter pieces anyway. */
const SHORTEST_SLICE = 13

/**
 * A part of `text` that does not keep `text` alive if that is long: V8's slices refer to the whole string, so that a
 * table name could hold a megabyte.
 */
export function detachedSlice(text: string, start: number, end: number): string {
  return detachedFrom(text, text.slice(start, end))
}

/** Any string that was made of parts of `text`, with the same promise. */
export function detachedFrom(text: string, part: string): string {
  if (text.length <= MAX_KEPT_TEXT || part.length < SHORTEST_SLICE || part === text) return part
  return Buffer.from(part, 'utf16le').toString('utf16le')
}

/** The same characters in memory of their own, which takes V8 to make one string of two and to cut it again. */
export function copyOf(text: string): string {
  return ` ${text}`.slice(1)
}
