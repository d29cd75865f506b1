import { setImmediate as nextTurn } from 'node:timers/promises'
import { createInsights, type Finding, type InsightsOptions } from '@pgspan/insights'
import { hookPg } from '@pgspan/instrumentation-pg'
import { type Observer, processState, type QueryExecution, runInUnitOfWork } from '@pgspan/lifecycle'

// As this module is loaded, before the code under test loads the driver.
hookPg()

/** What one run did to the database. */
export interface ObservedRun<Result> {
  readonly result: Result
  readonly findings: readonly Finding[]
  /** Summaries of all queries, in the order in which they were made. */
  readonly queries: readonly string[]
}

/**
 * Runs code as a unit of work and tells what it did to the database.
 *
 * Queries that a server of this process makes for HTTP requests while the code runs count as well: so tests that
 * call a server over HTTP run one at a time. What other code does at the same time outside both does not count.
 */
export async function observeRun<Result>(
  run: () => Result | Promise<Result>,
  options: InsightsOptions = {},
): Promise<ObservedRun<Result>> {
  const insights = createInsights(options)
  const queries: string[] = []
  const stop = [insights.attach(), processState().dispatcher.attach(counting(queries))]
  try {
    const result = await runInUnitOfWork(unitName, async () => run())
    // Lines of code arrive with the callers' promises, and the ends of responses with their sockets.
    await nextTurn()
    await nextTurn()
    return { result, findings: insights.findings(), queries }
  } finally {
    for (const each of stop) each()
    insights.close()
  }
}

const unitName = 'test'

function counting(queries: string[]): Observer {
  return {
    name: '@pgspan/testing',
    queryStarted(query: QueryExecution) {
      const unit = query.unitOfWork
      if (unit?.kind === 'http' || unit?.name === unitName) queries.push(query.shape.summary)
    },
  }
}
