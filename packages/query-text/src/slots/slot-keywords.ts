import type { ComparisonToken, ValueClauseToken } from '../tokens/keyword-readers.js'
import type { Token } from '../tokens/token.js'
import { TokenKind } from '../tokens/token-kind.js'
import type { Comparison } from './comparison.js'
import type { SlotFrame } from './slot-frame.js'

const { End, Operator, Semicolon } = TokenKind

/** Does what a word says that is a part of a comparison; false if it is none. */
export function applyComparisonWord(
  token: ComparisonToken,
  frame: SlotFrame,
  comparison: Comparison,
): boolean {
  const { keyword, previousKeyword } = token
  switch (keyword) {
    case 'IN':
      comparison.compare('in')
      comparison.compareWithSeveral('in')
      return true
    case 'LIKE':
    case 'ILIKE':
    case 'SIMILAR':
      comparison.compare('like')
      return true
    case 'BETWEEN':
      frame.isBetween = true
      comparison.compare('range')
      return true
    case 'AND':
      if (!frame.isBetween) return false
      frame.isBetween = false
      comparison.resume('range')
      return true
    case 'NOT':
    case 'IS':
    case 'SYMMETRIC':
      return true
    case 'COLLATE':
      comparison.beginType()
      return true
    case 'WITH':
      // `timestamp with time zone '…'`
      return true
    case 'ANY':
    case 'SOME':
    case 'ALL':
      return applyQuantifier(token, comparison)
    case 'DISTINCT':
      if (previousKeyword !== 'IS' && previousKeyword !== 'NOT') return false
      comparison.compare(previousKeyword === 'IS' ? 'range' : 'eq')
      return true
    case 'FROM':
      return previousKeyword === 'DISTINCT'
    default:
      return false
  }
}

/** `= ANY (…)` asks for one of several; any other comparison with all or some of them is a range. */
function applyQuantifier(token: Token, comparison: Comparison): boolean {
  if (token.previousKind !== Operator) return false
  const isEqualToAny = comparison.role === 'eq' && token.keyword !== 'ALL'
  comparison.compareWithSeveral(isEqualToAny ? 'any' : 'range')
  return true
}

/** Does what a word says that begins or ends a clause. */
export function applyClauseWord(token: ValueClauseToken, frame: SlotFrame, comparison: Comparison): void {
  switch (token.keyword) {
    case 'LIMIT':
    case 'FETCH':
      comparison.expect('limit')
      return
    case 'OFFSET':
      comparison.expect('offset')
      return
    case 'SELECT':
      frame.beginQuery()
      comparison.end(frame)
      return
    case 'ON':
    case 'RETURNING':
      frame.insert = 'none'
      frame.endAssignments()
      comparison.end(frame)
      return
    case 'WHERE':
    case 'FROM':
      frame.endAssignments()
      comparison.end(frame)
      return
    case 'SET':
      frame.assignment = beginsStatement(token) ? 'setting' : 'target'
      return
    default:
  }
}

function beginsStatement(token: Token): boolean {
  return token.previousKind === End || token.previousKind === Semicolon
}
