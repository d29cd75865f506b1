import type { StatementKind } from '../query-shape.js'
import type { Keyword } from '../tokens/keyword-traits.js'
import type { QueryState, StartState } from './query-frame.js'

/**
 * What stands behind a verb, as far as it is read: a query with clauses; the kind and name of an object; the name of
 * a table, a routine or a setting; or nothing of interest.
 */
export type VerbObject = 'query' | 'object' | 'table' | 'routine' | 'setting' | 'nothing'

/** A word that begins a statement. */
export interface StatementVerb {
  readonly kind: StatementKind
  readonly object: VerbObject
}

const verbs = new Map<Keyword, StatementVerb>()

function define(kind: StatementKind, object: VerbObject, keywords: readonly Keyword[]): void {
  for (const keyword of keywords) verbs.set(keyword, { kind, object })
}

define('read', 'query', ['SELECT', 'VALUES', 'TABLE', 'WITH'])
define('write', 'query', ['INSERT', 'UPDATE', 'DELETE', 'MERGE'])
define('ddl', 'object', ['CREATE', 'ALTER', 'DROP'])
define('ddl', 'table', ['TRUNCATE'])
define('ddl', 'nothing', ['COMMENT', 'GRANT', 'REVOKE', 'SECURITY', 'IMPORT', 'REASSIGN'])
define('transaction', 'nothing', [
  'BEGIN',
  'START',
  'COMMIT',
  'END',
  'ABORT',
  'ROLLBACK',
  'SAVEPOINT',
  'RELEASE',
])
define('session', 'setting', ['SET', 'SHOW', 'RESET'])
define('session', 'nothing', ['DISCARD', 'LISTEN', 'NOTIFY', 'UNLISTEN', 'DEALLOCATE'])
define('cursor', 'nothing', ['DECLARE', 'FETCH', 'MOVE', 'CLOSE'])
define('copy', 'table', ['COPY'])
define('lock', 'table', ['LOCK'])
define('other', 'table', ['REFRESH', 'VACUUM', 'ANALYZE', 'CLUSTER'])
define('other', 'routine', ['CALL'])
define('other', 'object', ['REINDEX'])
define('other', 'nothing', ['EXPLAIN', 'PREPARE', 'EXECUTE', 'DO', 'CHECKPOINT', 'LOAD'])

/** The verb that a keyword is at the begin of a statement. */
export function statementVerb(keyword: Keyword): StatementVerb | undefined {
  return verbs.get(keyword)
}

/** Whether a statement or query may begin with `keyword` in this state. */
export function canBegin(start: StartState, keyword: Keyword, verb: StatementVerb): boolean {
  switch (start) {
    case 'statement':
      return true
    case 'query':
      return verb.object === 'query' || keyword === 'EXECUTE'
    case 'with':
      return verb.object === 'query' && keyword !== 'WITH'
    case 'explain':
      return verb.object === 'query' || keyword === 'EXECUTE' || keyword === 'CREATE' || keyword === 'DECLARE'
    default:
      return false
  }
}

/** The clauses that may follow a verb. */
export function queryStateOf(keyword: Keyword, verb: StatementVerb): QueryState {
  switch (keyword) {
    case 'INSERT':
      return 'insert'
    case 'UPDATE':
      return 'update'
    case 'DELETE':
      return 'delete'
    case 'MERGE':
      return 'merge'
    default:
      if (verb.object === 'query') return 'select'
      return verb.kind === 'ddl' ? 'utility' : 'other'
  }
}
