import type { AnalyzedQueryText } from '@pgspan/query-text'

/** A comment is at most this long, in characters and bytes, with the space before it. */
export const maximumCommentLength = 1_024

const opening = '/*'
const closing = '*/'

/**
 * Formats tags as a comment: `/*route='%2Forders',service='shop'*\/`, sorted by key; empty without tags.
 *
 * Everything but letters, digits and `-_.~` is percent-encoded in keys and values alike, so that nothing in them can
 * end the comment, begin another one or break a line. Tags that would make it longer than 1 KiB are left out, the
 * last ones first; of two tags with one key the first counts.
 *
 * @see https://google.github.io/sqlcommenter/spec/
 */
export function formatSqlComment(tags: Iterable<readonly [key: string, value: string]>): string {
  const pairs = new Map<string, string>()
  let length = 1 + opening.length + closing.length
  for (const [key, value] of tags) {
    // Encoded, it is at least as long.
    if (key === '' || key.length + value.length > maximumCommentLength) continue
    const encodedKey = encode(key)
    if (pairs.has(encodedKey)) continue
    const pair = `${encodedKey}='${encode(value)}'`
    const added = pair.length + (pairs.size === 0 ? 0 : 1)
    if (length + added > maximumCommentLength) continue
    length += added
    pairs.set(encodedKey, pair)
  }
  if (pairs.size === 0) return ''
  const sorted = [...pairs].sort(([one], [other]) => (one < other ? -1 : 1))
  return `${opening}${sorted.map(([, pair]) => pair).join(',')}${closing}`
}

/** Half of a surrogate pair has no UTF-8 form and would make the encoder throw. */
const loneSurrogate = /\p{Surrogate}/gu
/** What the encoder leaves as it is, and the comment's syntax does not. */
const leftByEncoder = /[!'()*]/g

function encode(text: string): string {
  return encodeURIComponent(text.replace(loneSurrogate, '\ufffd')).replace(
    leftByEncoder,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/**
 * True if a comment behind the text leaves the statement as it is. Not behind a text that has a comment: what stands
 * in it may be read by a hint extension or a proxy, and the specification forbids it. Not behind one whose quoting is
 * broken, and not if the end of the text was not read. A prepared statement is sent once and known by its text: the
 * driver refuses another text under the same name.
 */
export function takesSqlComment(shape: AnalyzedQueryText, statementName: string | undefined): boolean {
  return (
    !statementName &&
    !shape.hasComment &&
    !shape.isFailClosed &&
    !shape.isTruncated &&
    shape.kind !== 'copy' &&
    shape.sanitizedText !== ''
  )
}

/**
 * The text with the comment behind it; behind everything, since hint extensions and proxies read what stands before.
 * The text itself is not touched: a line comment at its end is ended by a line break first.
 */
export function withSqlComment(text: string, shape: AnalyzedQueryText, comment: string): string {
  return `${text}${shape.endsInLineComment ? '\n' : ' '}${comment}`
}
