import type { QueryShape } from '@pgspan/lifecycle'

const maximumLength = 100_000

/**
 * True for a statement whose plan can be asked for without doing anything: it reads, locks nothing, has no known effect,
 * and is one statement whatever the server thinks of its quotes.
 */
export function isExplainable(shape: QueryShape, text: string): boolean {
  if (shape.kind !== 'read' || shape.locks || shape.isVolatile || shape.isMultiStatement) return false
  if (text === '' || text.length > maximumLength || !/^(?:SELECT|WITH)\b/i.test(shape.sanitizedText))
    return false
  // Nothing can follow what has no semicolon, not even inside of what looks like a string.
  return !withoutEnd(text).includes(';')
}

/** Without the semicolon at its end. */
export function withoutEnd(text: string): string {
  return text.trimEnd().replace(/;$/, '')
}
