import { AssertionError } from 'node:assert'
import { placeOf } from './code-excerpt.js'
import { type ObservedStatement, observeRun } from './observed-run.js'

/** How many queries are right: exactly so many, or a range. */
export type QueryCount = number | { readonly atLeast?: number; readonly atMost?: number }

/**
 * Runs code, and fails if it makes more or fewer queries than expected; transaction control counts as well. Returns
 * what the code returns; what it throws is thrown.
 *
 * @throws AssertionError with each statement, how often it ran, and its line of code
 */
export async function expectQueryCount<Result>(
  expected: QueryCount,
  run: () => Result | Promise<Result>,
): Promise<Result> {
  const { atLeast, atMost } = rangeOf(expected)
  const { result, queries, statements } = await observeRun(run)
  if (queries.length < atLeast || queries.length > atMost) {
    throw new AssertionError({
      message: `${queries.length} queries, expected ${describeRange(atLeast, atMost)}\n${countsOf(statements)}`,
      actual: queries.length,
      expected,
      operator: 'query count',
    })
  }
  return result
}

function rangeOf(expected: QueryCount): { atLeast: number; atMost: number } {
  if (typeof expected === 'number') return { atLeast: expected, atMost: expected }
  return { atLeast: expected.atLeast ?? 0, atMost: expected.atMost ?? Number.POSITIVE_INFINITY }
}

function describeRange(atLeast: number, atMost: number): string {
  if (atLeast === atMost) return String(atLeast)
  if (atMost === Number.POSITIVE_INFINITY) return `at least ${atLeast}`
  return atLeast === 0 ? `at most ${atMost}` : `${atLeast} to ${atMost}`
}

function countsOf(statements: readonly ObservedStatement[]): string {
  return [...statements]
    .sort((one, other) => other.count - one.count)
    .map(({ count, statement, callSite }) => {
      const place = callSite === undefined ? '' : `  ${placeOf(callSite)}`
      return `  ${count} × ${statement || '(unknown)'}${place}`
    })
    .join('\n')
}
