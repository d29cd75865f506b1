import { type QueryTextOptions, resolveQueryTextOptions } from './query-text-options.js'
import { StatementScanner } from './statement-scanner.js'

/** Scratch memory only: it holds nothing of a text between two calls. */
const scanner = new StatementScanner()

/**
 * The sanitised text of a query that PostgreSQL could not parse (SQLSTATE 42601): everything from the first quoted
 * literal on is one `?`, because the quotes of such a text may not be where they are meant to be.
 */
export function sanitizeFailClosed(text: string, options?: QueryTextOptions): string {
  return scanner.scan(text, resolveQueryTextOptions(options), true).sanitizedText
}
