import { AssertionError } from 'node:assert'
import type { Finding } from '@pgspan/insights'
import { updateVariable } from './baseline.js'
import { describeFinding } from './describe-finding.js'
import type { ExpectationOptions } from './expectation-options.js'
import { observeRun } from './observed-run.js'

/** From so many executions on a repetition is a warning, however little time it takes. */
const warningCount = 20

/**
 * Runs code, and fails if it does anything to the database that pgspan would warn about. Returns what the code
 * returns; what it throws is thrown. Fewer than twenty equal reads or single writes do not fail: they are a warning only by the
 * time that they take, which on a busy machine is another at each run.
 *
 * @throws AssertionError with every finding, its line of code and its fix
 */
export async function expectNoFindings<Result>(
  run: () => Result | Promise<Result>,
  options?: ExpectationOptions,
): Promise<Result> {
  return expectNone(run, isWarning, options)
}

/**
 * Runs code, and fails if it makes a query for each row of another query's result. Returns what the code returns; what
 * it throws is thrown.
 *
 * @throws AssertionError with every finding, its line of code and its fix
 */
export async function expectNoNPlusOne<Result>(
  run: () => Result | Promise<Result>,
  options?: ExpectationOptions,
): Promise<Result> {
  return expectNone(run, ({ kind }) => kind === 'n_plus_one', options)
}

function isWarning({ kind, severity, evidence }: Finding): boolean {
  const isByTime = (kind === 'duplicate_query' || kind === 'write_loop') && evidence.count < warningCount
  return severity !== 'info' && !isByTime
}

async function expectNone<Result>(
  run: () => Result | Promise<Result>,
  isUnwanted: (finding: Finding) => boolean,
  { baseline, report, ...options }: ExpectationOptions = {},
): Promise<Result> {
  const { result, findings } = await observeRun(run, options)
  const unwanted = findings.filter(isUnwanted)
  const news = unwanted.filter((finding) => !baseline?.accepts(finding))
  report?.add(unwanted, (finding) => !news.includes(finding))
  if (news.length === 0) return result
  const hint = baseline === undefined ? [] : [`To keep them for now, run with ${updateVariable}=1.`]
  const message = [...news.map(describeFinding), ...hint].join('\n\n')
  throw new AssertionError({ message, actual: news.length, expected: 0, operator: 'findings' })
}
