import type { PoolView, QueryShape } from '@pgspan/lifecycle'
import type { FindingPlan } from '../findings/finding.js'
import { isExplainable } from './explainable.js'
import { planProblem } from './plan-problem.js'
import { planText } from './plan-text.js'
import { requestPlan } from './request-plan.js'

/** A plan cannot be had; the message says why, for a person. */
export class NoPlanError extends Error {
  override readonly name = 'NoPlanError'
}

/**
 * Asks for the plan that serves any values of a statement, over a connection of its own beside the pool, in a transaction
 * that can only read. Nothing is executed, and no value is in the answer.
 *
 * @param text the statement as it was sent.
 * @throws NoPlanError if the statement must not be planned, the pool offers no connection, or the server refuses.
 */
export async function explainStatement(
  pool: PoolView,
  shape: QueryShape,
  text: string,
): Promise<FindingPlan> {
  if (!isExplainable(shape, text))
    throw new NoPlanError('Only statements that read, lock nothing and have no effects are planned.')
  const connection = await pool.openSideConnection('explain').catch(refuse)
  if (connection === undefined)
    throw new NoPlanError('Its pool has ended, or has no way to connect beside it.')
  try {
    const parameters = Math.max(0, ...shape.slots.map(({ parameter }) => parameter))
    const request = { text, values: undefined, parameters, returnedRows: undefined }
    const answer = await requestPlan(connection, request).catch(refuse)
    if (answer === undefined) throw new NoPlanError('The server’s answer is no plan.')
    return {
      mode: 'generic',
      problem: planProblem(answer.plan, answer.facts),
      text: planText(answer.plan),
    }
  } finally {
    connection.close()
  }
}

/** The server's text may hold values; its code does not. */
function refuse(error: unknown): never {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? ` (${String(error.code)})` : ''
  throw new NoPlanError(`The server has refused${code}.`, { cause: error })
}
