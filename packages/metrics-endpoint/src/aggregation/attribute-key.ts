import type { Attributes } from '@opentelemetry/api'

/** A text that equal attributes have in common, in whatever order they were given. */
export function attributeKey(attributes: Attributes): string {
  const entries = Object.entries(attributes).filter(([, value]) => value !== undefined && value !== null)
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** True if the same object has the same attributes for ever: it is frozen, and so is all that it holds. */
export function areFixed(attributes: Attributes): boolean {
  return Object.isFrozen(attributes) && Object.values(attributes).every((value) => typeof value !== 'object')
}
