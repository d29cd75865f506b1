import type { QueryExecution } from './query-execution.js'

/**
 * Says what a source appends to the text of a query: a whole SQL comment, or an empty string for nothing. Called when
 * the query has its span and before it is sent, only for queries whose text can take a comment. What it throws is
 * reported, and the text stays as it is.
 */
export type SqlCommenter = (query: QueryExecution) => string
