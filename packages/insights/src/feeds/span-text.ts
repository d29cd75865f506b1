import type { Attributes } from '@opentelemetry/api'

/** `?` where a value is expected, and `:name`: what ORMs write before it becomes `$1`; masked literals look alike. */
const foreignParameter =
  /(?<=[=<>(,]\s*|\b(?:limit|offset|like|ilike|between|and|values)\s+)\?(?![|&?])|(?<![:\w]):([a-z_]\w*)/gi
/** What is left of such: an operator, or a value in a place that is not known. */
const unknownPlaceholder = /\?|%s/

/**
 * The statement that a database span tells of, by the semantic conventions of today and of before. Undefined if there is
 * none: a connection is opened or waited for, or the text is no SQL, as some ORMs describe a call in JSON.
 */
export function statementIn(attributes: Attributes): string | undefined {
  const text = attributes['db.query.text'] ?? attributes['db.statement']
  return typeof text === 'string' && /^\s*[a-z(/-]/i.test(text) ? text : undefined
}

/** With `$1`, `$2` … for `?` and `:name`, so that each stands for a value that is compared with a column. */
export function withNumberedParameters(text: string): string {
  if (!text.includes('?') && !text.includes(':')) return text
  const names: (string | undefined)[] = []
  return text.replace(foreignParameter, (_, name: string | undefined) => {
    const known = name === undefined ? -1 : names.indexOf(name)
    return `$${known === -1 ? names.push(name) : known + 1}`
  })
}

/** True if values stand behind placeholders that nothing tells of: equal texts do not mean equal values. */
export function hidesValues(text: string): boolean {
  return unknownPlaceholder.test(text)
}
