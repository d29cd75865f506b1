import { endOfBlockComment } from '../tokens/block-comment.js'
import { endOfLine, UNTERMINATED } from '../tokens/quoted-text.js'

const DIRECTIVE = 'pgspan:ignore'
const MAX_KINDS = 32
const MINUS = 0x2d
const SLASH = 0x2f
const STAR = 0x2a

/** Adds what the comments in `[from, to)` ask not to be reported; nothing but comments, spaces and `;` stands there. */
export function readIgnoreDirectives(text: string, from: number, to: number, into: string[]): void {
  let at = from
  while (at < to) {
    const code = text.charCodeAt(at)
    const next = text.charCodeAt(at + 1)
    if (code === MINUS && next === MINUS) {
      const end = endOfLine(text, at)
      readComment(text.slice(at + 2, end), into)
      at = end
    } else if (code === SLASH && next === STAR) {
      const end = endOfBlockComment(text, at)
      if (end === UNTERMINATED) return
      readComment(text.slice(at + 2, end - 2), into)
      at = end
    } else at++
  }
}

function readComment(comment: string, into: string[]): void {
  const directive = comment.trim()
  if (!directive.startsWith(DIRECTIVE)) return
  const rest = directive.slice(DIRECTIVE.length)
  if (endOfWord(rest, 0) > 0) return
  const kinds = kindsOf(rest)
  for (const kind of kinds.length === 0 ? ['*'] : kinds) {
    if (into.length < MAX_KINDS && !into.includes(kind)) into.push(kind)
  }
}

/**
 * The kinds that a directive lists, with commas between them; the reason follows without one. A single word that is
 * followed by others is a kind if it has an underscore, and else the begin of the reason.
 */
function kindsOf(rest: string): string[] {
  const kinds: string[] = []
  let at = skipSpaces(rest, 0)
  for (;;) {
    const end = endOfWord(rest, at)
    const kind = rest.slice(at, end)
    const next = skipSpaces(rest, end)
    const isListed = rest.charAt(next) === ','
    const isKind = isListed || kinds.length > 0 || next === rest.length || kind.includes('_')
    if (kind === '' || !isKind) return kinds
    kinds.push(kind)
    if (!isListed) return kinds
    at = skipSpaces(rest, next + 1)
  }
}

function skipSpaces(text: string, from: number): number {
  let at = from
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++
  return at
}

function endOfWord(text: string, from: number): number {
  let at = from
  while (at < text.length) {
    const code = text.charCodeAt(at)
    const isWord = (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x5f
    if (!isWord) break
    at++
  }
  return at
}
