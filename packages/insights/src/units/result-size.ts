/** A query that took less has no large result, in milliseconds. */
export const leastWeighedMillis = 5
const sampledRows = 16
/** What is nested deeper, or comes after so many values of a row, is not looked at. */
const maximumValues = 1_000
const maximumDepth = 4
const plainBytes = 8

/**
 * About how large the values of a result are, in bytes: those of 16 rows, spread over all of them, times the number of
 * rows. Texts count a byte per character, numbers and dates eight; documents count their keys and values. Costs some
 * microseconds.
 */
export function approximateBytes(rows: readonly unknown[]): number {
  const step = Math.max(1, Math.floor(rows.length / sampledRows))
  let sampled = 0
  let bytes = 0
  for (let i = 0; i < rows.length; i += step) {
    bytes += bytesOf(rows[i], { left: maximumValues }, maximumDepth)
    sampled++
  }
  return sampled === 0 ? 0 : Math.round((bytes / sampled) * rows.length)
}

function bytesOf(value: unknown, budget: { left: number }, depth: number): number {
  if (typeof value === 'string') return value.length
  if (value instanceof Uint8Array) return value.byteLength
  if (typeof value !== 'object' || value === null || depth === 0) return plainBytes
  let bytes = 0
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && --budget.left >= 0; i++) bytes += bytesOf(value[i], budget, depth - 1)
    return bytes
  }
  if (!isPlain(value)) return plainBytes
  for (const [key, member] of Object.entries(value)) {
    if (--budget.left < 0) break
    bytes += key.length + bytesOf(member, budget, depth - 1)
  }
  return bytes
}

/** As the driver and `JSON.parse` make it. What an application's own type parser makes is its own: it may do anything. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
