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
}

const defaults: ScanOptions = Object.freeze({ backslashEscapes: false, maxTextLength: 4_096 })

/** Fills in the defaults. Throws a `TypeError` that names the option if one has no sense. */
export function resolveQueryTextOptions(options: QueryTextOptions | undefined): ScanOptions {
  if (options === undefined) return defaults
  const { backslashEscapes = defaults.backslashEscapes, maxTextLength = defaults.maxTextLength } = options
  if (typeof backslashEscapes !== 'boolean') throw new TypeError('backslashEscapes must be a boolean')
  if (!Number.isInteger(maxTextLength) || maxTextLength < 1) {
    throw new TypeError('maxTextLength must be a positive integer')
  }
  return { backslashEscapes, maxTextLength }
}
