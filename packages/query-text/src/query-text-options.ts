import type { ScanOptions } from './statement-scanner.js'

/** How query texts are read. */
export interface QueryTextOptions {
  /**
   * A backslash in `'…'` escapes the next character. Default `false`; `true` if the server reports
   * `standard_conforming_strings` as `off`.
   */
  readonly backslashEscapes?: boolean
  /** The longest sanitised text, in UTF-16 code units, with the ellipsis that ends a cut one. Default 4,096. */
  readonly maxTextLength?: number
  /**
   * A text that has `$n` parameters is not sanitised: the literals and comments that it has beside them stay readable.
   * Default `false`. `true` is what the conventions say: "parameterized query text SHOULD NOT be sanitized". Texts that
   * are too long or whose quoting is broken are sanitised all the same.
   *
   * @see https://github.com/open-telemetry/semantic-conventions/blob/v1.45.0/docs/db/database-spans.md#sanitization-of-dbquerytext
   */
  readonly keepParameterizedText?: boolean
}

const defaults: ScanOptions = Object.freeze({
  backslashEscapes: false,
  maxTextLength: 4_096,
  keepParameterizedText: false,
})

/** Fills in the defaults. Throws a `TypeError` that names the option if one has no sense. */
export function resolveQueryTextOptions(options: QueryTextOptions | undefined): ScanOptions {
  if (options === undefined) return defaults
  const {
    backslashEscapes = defaults.backslashEscapes,
    maxTextLength = defaults.maxTextLength,
    keepParameterizedText = defaults.keepParameterizedText,
  } = options
  if (typeof backslashEscapes !== 'boolean') throw new TypeError('backslashEscapes must be a boolean')
  if (!Number.isInteger(maxTextLength) || maxTextLength < 1) {
    throw new TypeError('maxTextLength must be a positive integer')
  }
  if (typeof keepParameterizedText !== 'boolean')
    throw new TypeError('keepParameterizedText must be a boolean')
  return { backslashEscapes, maxTextLength, keepParameterizedText }
}
