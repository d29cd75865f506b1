import { AssertionError } from 'node:assert'
import type { Finding, InsightsOptions } from '@pgspan/insights'
import { describeFinding } from './describe-finding.js'
import { observeRun } from './observed-run.js'

/**
 * Runs code, and fails if it does anything to the database that pgspan would warn about. Returns what the code
 * returns; what it throws is thrown.
 *
 * @throws AssertionError with every finding, its line of code and its fix
 */
export async function expectNoFindings<Result>(
  run: () => Result | Promise<Result>,
  options?: InsightsOptions,
): Promise<Result> {
  const { result, findings } = await observeRun(run, options)
  failOn(findings.filter(({ severity }) => severity !== 'info'))
  return result
}

/**
 * Runs code, and fails if it makes a query for each row of another query's result, or the same query again and
 * again. Returns what the code returns; what it throws is thrown.
 *
 * @throws AssertionError with every finding, its line of code and its fix
 */
export async function expectNoNPlusOne<Result>(
  run: () => Result | Promise<Result>,
  options?: InsightsOptions,
): Promise<Result> {
  const { result, findings } = await observeRun(run, options)
  failOn(findings.filter(({ kind }) => kind === 'n_plus_one'))
  return result
}

function failOn(findings: readonly Finding[]): void {
  if (findings.length === 0) return
  const message = findings.map(describeFinding).join('\n\n')
  throw new AssertionError({ message, actual: findings.length, expected: 0, operator: 'findings' })
}
