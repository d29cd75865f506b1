import { foldedWordCode } from './character-class.js'
import { codeAt } from './code-at.js'
import type { Token } from './token.js'

/** Start and multipliers of the two 32-bit lanes: FNV-1a's, and a second pair that has nothing to do with them. */
const SEED_A = 0x811c9dc5 | 0
const SEED_B = 0x3c6ef372
const PRIME_A = 0x01000193
const PRIME_B = 0x85ebca6b | 0

const DOUBLE_QUOTE = 0x22

/** Both lanes of a hash. */
export interface WordHash {
  readonly a: number
  readonly b: number
}

/** The hash that a token with these characters gets; for tables that are made at load time. */
export function hashWord(word: string): WordHash {
  let a = SEED_A
  let b = SEED_B
  for (let at = 0; at < word.length; at++) {
    const code = word.charCodeAt(at)
    a = Math.imul(a ^ code, PRIME_A)
    b = Math.imul(b ^ code, PRIME_B)
  }
  return { a, b }
}

/** Hashes the word that begins at `start`, folded to lower case, and returns where it ends. */
export function hashFoldedWord(token: Token, text: string, start: number): number {
  let a = SEED_A
  let b = SEED_B
  let at = start
  while (at < text.length) {
    const code = foldedWordCode(text.charCodeAt(at))
    if (code === 0) break
    a = Math.imul(a ^ code, PRIME_A)
    b = Math.imul(b ^ code, PRIME_B)
    at++
  }
  token.hashA = a
  token.hashB = b
  return at
}

/**
 * Hashes what stands between double quotes, and returns the position behind the closing one, or -1 without one. The
 * hash is that of the same characters without quotes: `"a"` and `A` are one name.
 *
 * @param start the position behind the opening quote
 */
export function hashQuotedIdentifier(token: Token, text: string, start: number): number {
  let a = SEED_A
  let b = SEED_B
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === DOUBLE_QUOTE) {
      if (codeAt(text, at + 1) !== DOUBLE_QUOTE) {
        token.hashA = a
        token.hashB = b
        return at + 1
      }
      at++
    }
    a = Math.imul(a ^ code, PRIME_A)
    b = Math.imul(b ^ code, PRIME_B)
  }
  return -1
}

/** Hashes the characters of `[start, end)` as they are. */
export function hashRange(token: Token, text: string, start: number, end: number): void {
  let a = SEED_A
  let b = SEED_B
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    a = Math.imul(a ^ code, PRIME_A)
    b = Math.imul(b ^ code, PRIME_B)
  }
  token.hashA = a
  token.hashB = b
}

/** Hashes one character. */
export function hashCode(token: Token, code: number): void {
  token.hashA = Math.imul(SEED_A ^ code, PRIME_A)
  token.hashB = Math.imul(SEED_B ^ code, PRIME_B)
}
