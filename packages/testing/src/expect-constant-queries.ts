import { AssertionError } from 'node:assert'
import type { InsightsOptions } from '@pgspan/insights'
import { codeExcerpt, placeOf } from './code-excerpt.js'
import { type ObservedRun, type ObservedStatement, observeRun } from './observed-run.js'

/** Options of {@link expectConstantQueries}: those of insights, and the following. */
export interface ConstantQueriesOptions extends InsightsOptions {
  /** Makes the data of a size, before each run; its queries are not counted. */
  readonly prepare?: (size: number) => unknown
}

/**
 * Runs code for data of several sizes, and fails if any statement runs more often for more data. It finds every loop of
 * queries, whatever its values; nothing else can make the number grow.
 *
 * @param sizes at least two, in rising order: `[2, 5, 10]`.
 * @returns what the code returned for each size; what it throws is thrown.
 * @throws AssertionError with each statement that grows, its counts and its line of code
 */
export async function expectConstantQueries<Result>(
  sizes: readonly number[],
  run: (size: number) => Result | Promise<Result>,
  { prepare, ...options }: ConstantQueriesOptions = {},
): Promise<readonly Result[]> {
  checkSizes(sizes)
  const runs: ObservedRun<Result>[] = []
  for (const size of sizes) {
    await prepare?.(size)
    runs.push(await observeRun(() => run(size), options))
  }
  const growing = statementsOf(runs).filter(({ counts }) => grows(counts))
  if (growing.length > 0) {
    const told = growing.map((each) => describe(each, sizes, runs))
    throw new AssertionError({
      message: `The number of queries grows with the data.\n\n${told.join('\n\n')}`,
      actual: runs.map(({ queries }) => queries.length),
      expected: runs.map(() => runs[0]?.queries.length),
      operator: 'constant queries',
    })
  }
  return runs.map(({ result }) => result)
}

function checkSizes(sizes: readonly number[]): void {
  const isRising = sizes.every((size, n) => Number.isInteger(size) && size > (sizes[n - 1] ?? -1))
  if (sizes.length < 2 || !isRising) {
    throw new TypeError('expectConstantQueries: sizes must be at least two integers in rising order')
  }
}

interface CountedStatement {
  /** As the last run has it that made it. */
  readonly statement: ObservedStatement
  /** By size. */
  readonly counts: readonly number[]
}

function statementsOf(runs: readonly ObservedRun<unknown>[]): CountedStatement[] {
  const latest = new Map<string, ObservedStatement>()
  for (const { statements } of runs) for (const each of statements) latest.set(each.fingerprint, each)
  return [...latest.values()].map((statement) => ({
    statement,
    counts: runs.map(
      ({ statements }) =>
        statements.find(({ fingerprint }) => fingerprint === statement.fingerprint)?.count ?? 0,
    ),
  }))
}

/** The first run may make what later ones find: fewer queries for more data are right. */
function grows(counts: readonly number[]): boolean {
  return counts.some((count, n) => count > (counts[n - 1] ?? count))
}

function describe(
  { statement, counts }: CountedStatement,
  sizes: readonly number[],
  runs: readonly ObservedRun<unknown>[],
): string {
  const { callSite } = statement
  const fix = runs
    .flatMap(({ findings }) => findings)
    .find(({ fingerprint }) => fingerprint === statement.fingerprint)?.fix
  return [
    `${statement.summary || 'A statement'} ran ${listed(counts)} times for ${listed(sizes)}:`,
    `  ${statement.statement}`,
    ...(callSite ? [`  ${placeOf(callSite)}`, ...codeExcerpt(callSite).map((line) => `    ${line}`)] : []),
    ...(fix ? [`  fix: ${fix}`] : []),
  ].join('\n')
}

function listed(numbers: readonly number[]): string {
  return `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`
}
