import type { StructureToken } from '../tokens/keyword-readers.js'
import type { Token } from '../tokens/token.js'
import type { QueryFrame } from './query-frame.js'
import type { StatementFacts } from './statement-facts.js'
import type { TargetReader } from './target-reader.js'

/** Does what a keyword says that begins a clause of the query in `frame`; other words do nothing. */
export function applyClause(
  token: StructureToken,
  frame: QueryFrame,
  targets: TargetReader,
  facts: StatementFacts,
): void {
  switch (token.keyword) {
    case 'FROM':
      applyFrom(token, frame, targets)
      break
    case 'JOIN':
      frame.list = 'from'
      targets.expect('from')
      break
    case 'INTO':
      applyInto(frame, targets, facts)
      break
    case 'USING':
      applyUsing(frame, targets)
      break
    case 'UNION':
    case 'INTERSECT':
    case 'EXCEPT':
      frame.start = 'query'
      frame.list = undefined
      break
    default:
      applyTail(token, frame, facts)
  }
}

/** Clauses behind the list of sources, which they end. */
function applyTail(token: StructureToken, frame: QueryFrame, facts: StatementFacts): void {
  switch (token.keyword) {
    case 'ORDER':
      if (frame.isMain) facts.hasOrderBy = true
      break
    case 'LIMIT':
    case 'FETCH':
      if (frame.isMain) facts.hasLimit = true
      break
    case 'OFFSET':
      if (frame.isMain) facts.hasOffset = true
      break
    case 'LOCKED':
      if (token.previousKeyword === 'SKIP' && facts.locks) facts.skipsLocked = true
      return
    case 'WHERE':
    case 'GROUP':
    case 'HAVING':
    case 'WINDOW':
    case 'RETURNING':
    case 'SET':
    case 'VALUES':
    case 'FOR':
      break
    case 'UPDATE':
    case 'SHARE':
      if (frame.query === 'select' && isLock(token)) facts.locks = true
      return
    default:
      return
  }
  frame.list = undefined
}

/** `FROM` of a query; not that of `IS DISTINCT FROM`, nor that of `EXTRACT(… FROM …)`, whose frame has no query. */
function applyFrom(token: Token, frame: QueryFrame, targets: TargetReader): void {
  if (token.previousKeyword === 'DISTINCT') return
  if (frame.query === 'select' || frame.query === 'update') {
    frame.list = 'from'
    targets.expect('from')
  } else if (frame.query === 'delete' && !frame.hasTarget) {
    frame.hasTarget = true
    targets.expect('table')
  }
}

function applyInto(frame: QueryFrame, targets: TargetReader, facts: StatementFacts): void {
  if (frame.query === 'insert' || frame.query === 'merge') targets.expect('table')
  else if (frame.query === 'select') {
    facts.addSelectInto()
    targets.expect('table', true)
  }
}

/** The sources of `DELETE … USING a, b` and `MERGE … USING a`; not the columns of `JOIN … USING (c)`. */
function applyUsing(frame: QueryFrame, targets: TargetReader): void {
  if (frame.hasUsing || (frame.query !== 'delete' && frame.query !== 'merge')) return
  frame.hasUsing = true
  if (frame.query === 'delete') frame.list = 'from'
  targets.expect('from')
}

/** `FOR UPDATE`, `FOR NO KEY UPDATE`, `FOR SHARE`, `FOR KEY SHARE`. */
function isLock(token: Token): boolean {
  return token.previousKeyword === 'FOR' || token.previousKeyword === 'KEY'
}
