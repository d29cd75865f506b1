import { processState } from '@pgspan/lifecycle'
import type { AnalyzedQueryText } from '@pgspan/query-text'
import { guarded } from './guarded.js'
import type { PgQueryExecution } from './pg-query-execution.js'
import type { PgQuery } from './pg-shapes.js'
import { takesSqlComment, withSqlComment } from './sql-comment.js'

const { sqlCommenters } = processState()

/**
 * Appends what the process's commenters say to the text of the driver's own query object, before it is sent.
 *
 * The driver made that object for this call and nobody else has seen it: the caller's config is neither copied nor
 * changed, and cursors, streams and `pg.Query`, which are the caller's, are left as they are.
 */
export function commentQuery(
  execution: PgQueryExecution,
  query: PgQuery,
  text: string,
  shape: AnalyzedQueryText,
): void {
  if (execution.isSubmittable || sqlCommenters.size === 0) return
  if (query.text !== text || !takesSqlComment(shape, execution.statementName)) return
  const comment = guarded(commentFor, execution)
  if (comment) query.text = withSqlComment(text, shape, comment)
}

function commentFor(execution: PgQueryExecution): string {
  for (const commenter of sqlCommenters) {
    const comment = commenter(execution)
    if (comment !== '') return comment
  }
  return ''
}
