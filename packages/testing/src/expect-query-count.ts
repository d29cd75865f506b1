import { AssertionError } from 'node:assert'
import { observeRun } from './observed-run.js'

/** How many queries are right: exactly so many, or a range. */
export type QueryCount = number | { readonly atLeast?: number; readonly atMost?: number }

/**
 * Runs code, and fails if it makes more or fewer queries than expected; transaction control counts as well. Returns
 * what the code returns; what it throws is thrown.
 *
 * @throws AssertionError with the number of queries of each kind
 */
export async function expectQueryCount<Result>(
  expected: QueryCount,
  run: () => Result | Promise<Result>,
): Promise<Result> {
  const { atLeast, atMost } = rangeOf(expected)
  const { result, queries } = await observeRun(run)
  if (queries.length < atLeast || queries.length > atMost) {
    throw new AssertionError({
      message: `${queries.length} queries, expected ${describeRange(atLeast, atMost)}\n${countsOf(queries)}`,
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

function countsOf(queries: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const summary of queries) counts.set(summary, (counts.get(summary) ?? 0) + 1)
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([summary, count]) => `  ${count} × ${summary || '(unknown)'}`)
    .join('\n')
}
