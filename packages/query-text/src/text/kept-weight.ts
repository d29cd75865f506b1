import type { AnalyzedQueryText } from '../query-shape.js'

/** A slot with its strings takes about 150 bytes; a generation of the cache holds 2.5 bytes per character. */
const SLOT_WEIGHT = 50
const MAX_SLOTS = 64
const MAX_LATIN_1 = 0xff

/**
 * What a text and its shape weigh while they are kept, in characters: one weighs about 2.5 bytes. A pass over the text,
 * once per kept text.
 */
export function weightOf(text: string, { sanitizedText, valueCount }: AnalyzedQueryText): number {
  const characters = sanitizedText === text ? text.length : text.length + flatLength(sanitizedText)
  return (isLatin1(text) ? characters : 2 * characters) + Math.min(valueCount, MAX_SLOTS) * SLOT_WEIGHT
}

/**
 * The length of a string that is joined of many parts. A look at one of its characters makes V8 put them together: the
 * parts take several times the memory of the whole.
 */
function flatLength(text: string): number {
  return text.length > 0 && text.charCodeAt(0) >= 0 ? text.length : 0
}

/** V8 keeps a string in one byte per character if all are Latin-1, and in two otherwise. */
function isLatin1(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) > MAX_LATIN_1) return false
  }
  return true
}
