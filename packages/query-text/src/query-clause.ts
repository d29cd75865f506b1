import type { Keyword } from './tokens/keyword-traits.js'
import type { Token } from './tokens/token.js'
import { TokenKind } from './tokens/token-kind.js'

/** What the words at one depth of brackets belong to. */
export const Clause = {
  /** Nothing is known. */
  Unknown: 0,
  /** The columns of a `SELECT` or a `RETURNING`, where strings have aliases. */
  Targets: 1,
  /** The sources of a query, which have aliases. */
  Sources: 2,
  /** An expression, without aliases. */
  Expression: 3,
} as const

/** A query, or a statement in which nothing but a query or an expression holds strings. */
export function beginsQuery({ kind, keyword }: Token): boolean {
  switch (keyword) {
    case 'SELECT':
    case 'WITH':
    case 'VALUES':
    case 'INSERT':
    case 'UPDATE':
    case 'DELETE':
    case 'MERGE':
    case 'EXPLAIN':
    case 'PREPARE':
    case 'DECLARE':
    case 'EXECUTE':
    case 'CALL':
    case 'NOTIFY':
    case 'COMMENT':
      return true
    default:
      return kind === TokenKind.OpenRound
  }
}

/** The word can stand behind the columns of a `SELECT` or `RETURNING`. */
export function beginsClause(keyword: Keyword | ''): boolean {
  switch (keyword) {
    case 'FROM':
    case 'INTO':
    case 'WHERE':
    case 'GROUP':
    case 'HAVING':
    case 'WINDOW':
    case 'UNION':
    case 'INTERSECT':
    case 'EXCEPT':
    case 'ORDER':
    case 'LIMIT':
    case 'OFFSET':
    case 'FETCH':
    case 'RETURNING':
    case 'FOR':
    case 'ON':
      return true
    default:
      return false
  }
}

/** What the words behind the current one belong to, at the same depth of brackets; undefined if it changes nothing. */
export function clauseBehind({ keyword, previousKeyword }: Token): number | undefined {
  switch (keyword) {
    case 'SELECT':
    case 'RETURNING':
      return Clause.Targets
    case 'FROM':
      return previousKeyword === 'DISTINCT' ? undefined : Clause.Sources
    case 'USING':
    case 'INTO':
    case 'WITH':
      return Clause.Sources
    case 'WHERE':
    case 'HAVING':
    case 'SET':
    case 'VALUES':
      return Clause.Expression
    case 'ORDER':
    case 'GROUP':
    case 'LIMIT':
    case 'WINDOW':
    case 'FOR':
      return Clause.Unknown
    default:
      return undefined
  }
}
