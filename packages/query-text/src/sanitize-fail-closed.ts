import { analyzeResolved } from './analyze-query-text.js'
import { type QueryTextOptions, resolveQueryTextOptions } from './query-text-options.js'

/**
 * The sanitised text of a query that PostgreSQL could not parse (SQLSTATE 42601): everything from the first quoted
 * literal on is one `?`, because the quotes of such a text may not be where they are meant to be. Empty for anything
 * but a string.
 */
export function sanitizeFailClosed(text: string, options?: QueryTextOptions): string {
  return analyzeResolved(text, resolveQueryTextOptions(options), true).sanitizedText
}
