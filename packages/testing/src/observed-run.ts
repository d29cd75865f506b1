import { setImmediate as nextTurn } from 'node:timers/promises'
import { createInsights, type Finding, type InsightsOptions } from '@pgspan/insights'
import { hookPg } from '@pgspan/instrumentation-pg'
import {
  type CallSite,
  type Observer,
  processState,
  type QueryExecution,
  runInUnitOfWork,
} from '@pgspan/lifecycle'

// As this module is loaded, before the code under test loads the driver.
hookPg()

/** What one run did to the database. */
export interface ObservedRun<Result> {
  readonly result: Result
  readonly findings: readonly Finding[]
  /** Summaries of all queries, in the order in which they were made. */
  readonly queries: readonly string[]
  /** Different statements, in the order in which they were first made. */
  readonly statements: readonly ObservedStatement[]
}

/** A statement, and how often one run made it. */
export interface ObservedStatement {
  readonly fingerprint: string
  readonly summary: string
  /** Sanitised. */
  readonly statement: string
  readonly count: number
  /** Who made it first, as far as that can be told. */
  readonly callSite: CallSite | undefined
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
  const recorder = new StatementRecorder()
  const stop = [insights.attach(), processState().dispatcher.attach(recorder)]
  try {
    const result = await runInUnitOfWork(unitName, async () => run())
    // Lines of code arrive with the callers' promises, and the ends of responses with their sockets.
    await nextTurn()
    await nextTurn()
    const { queries, statements } = recorder
    return { result, findings: insights.findings(), queries, statements }
  } finally {
    for (const each of stop) each()
    insights.close()
  }
}

const unitName = 'test'

/** Counts statements, and asks who makes them. */
class StatementRecorder implements Observer {
  readonly name = '@pgspan/testing'
  readonly queries: string[] = []
  readonly #statements: Map<
    string,
    { -readonly [Field in keyof ObservedStatement]: ObservedStatement[Field] }
  > = new Map()

  get statements(): readonly ObservedStatement[] {
    return [...this.#statements.values()]
  }

  queryStarted({ unitOfWork, shape }: QueryExecution): void {
    if (unitOfWork?.kind !== 'http' && unitOfWork?.name !== unitName) return
    const { fingerprint, summary, sanitizedText } = shape
    this.queries.push(summary)
    const known = this.#statements.get(fingerprint)
    if (known !== undefined) known.count++
    else {
      const statement = { fingerprint, summary, statement: sanitizedText, count: 1, callSite: undefined }
      this.#statements.set(fingerprint, statement)
    }
  }

  querySettled(query: QueryExecution): void {
    const statement = this.#statements.get(query.shape.fingerprint)
    if (statement === undefined || statement.callSite !== undefined) return
    query.requestCallSite((site) => {
      statement.callSite ??= site
    })
  }
}
