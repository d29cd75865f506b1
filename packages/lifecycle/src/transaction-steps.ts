import type { QueryShape } from './query-shape.js'

/** What a statement does to a transaction; what only concerns a savepoint or a prepared transaction is none. */
export type TransactionControl = 'begin' | 'commit' | 'rollback' | 'prepare'

/** One such statement, and whether it begins another transaction at once (`AND CHAIN`). */
export interface TransactionStep {
  readonly control: TransactionControl
  readonly chains: boolean
}

const none: readonly TransactionStep[] = []
const known: WeakMap<QueryShape, readonly TransactionStep[]> = new WeakMap()

const begin = /^\s*(?:begin|start\s+transaction)\b/i
const end = /^\s*(?:(commit|end)|(rollback|abort)|(prepare\s+transaction))\b/i
/** Behind the verb of something that ends no transaction. */
const other = /^\s*(?:(?:work|transaction)\s+)?(?:to|prepared)\b/i
const chain = /\band\s+chain\b/i

/** The steps of a text in their order; looked up by shape, read once. */
export function transactionSteps(shape: QueryShape): readonly TransactionStep[] {
  if (shape.kind !== 'transaction' && !shape.isMultiStatement) return none
  let steps = known.get(shape)
  if (steps === undefined) {
    // The sanitised text has no literals and no comments: a semicolon separates statements.
    steps = shape.sanitizedText.split(';').flatMap(stepOf)
    known.set(shape, steps)
  }
  return steps
}

/** The text is one statement, which begins a transaction. */
export function beginsTransaction(shape: QueryShape): boolean {
  return !shape.isMultiStatement && transactionSteps(shape)[0]?.control === 'begin'
}

function stepOf(statement: string): TransactionStep[] {
  if (begin.test(statement)) return [{ control: 'begin', chains: false }]
  const match = end.exec(statement)
  if (match === null || other.test(statement.slice(match[0].length))) return []
  const control = match[1] ? 'commit' : match[2] ? 'rollback' : 'prepare'
  return [{ control, chains: chain.test(statement) }]
}
