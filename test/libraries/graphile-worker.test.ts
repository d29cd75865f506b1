// First, as what an application loads with `node --import`.
import './support/observation.js'
import { Logger, type Runner, run, type Task } from 'graphile-worker'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'
import { linesOf } from './support/lines-of.js'
import { orphans, places, querySpans, request, slowSql } from './support/observation.js'
import { people } from './support/people.js'

const lineOf = linesOf(import.meta.url)
const database = useTestDatabase(people)
let runner: Runner

/** What each job found, and which queries are children of its own span. */
const outcomes: { readonly result: unknown; readonly queries: readonly string[] }[] = []

const loadPerson: Task = async (payload, { query }) => {
  const { id } = payload as { readonly id: number }
  outcomes.push(
    await request(async () => (await query('SELECT id, name FROM person WHERE id = $1', [id])).rows[0]),
  )
}
const inTransaction: Task = async (_payload, { withPgClient }) => {
  const work = request(() =>
    withPgClient(async (client) => {
      await client.query('BEGIN')
      await client.query('UPDATE purchase SET amount = 0 WHERE id = 1')
      await client.query('ROLLBACK')
    }),
  )
  outcomes.push(await work)
}
const failing: Task = async (_payload, { query }) => {
  await query('SELECT 1 / 0')
}
const sleeping: Task = async (_payload, { query }) => {
  await request(async function sleepInJob() {
    await query(slowSql) // ← slow
  })
}

const getJob =
  'select "graphile_worker"._private_jobs select "graphile_worker"._private_job_queues update "graphile_worker"._private_job_queues update "graphile_worker"._private_jobs'
const addJob = 'select "graphile_worker".add_job'

beforeAll(async () => {
  runner = await run({
    connectionString: database().connectionString,
    maxPoolSize: 4,
    concurrency: 3,
    noHandleSignals: true,
    logger: new Logger(() => () => {}),
    taskList: { loadPerson, inTransaction, failing, sleeping },
  })
})
afterAll(() => runner.stop())

/** Adds jobs and waits until the worker has reported the end of all of them. */
async function runJobs(task: string, payloads: readonly object[]): Promise<void> {
  outcomes.length = 0
  let left = payloads.length
  const completed = new Promise<void>((resolve) => {
    const onComplete = (): void => {
      if (--left > 0) return
      runner.events.off('job:complete', onComplete)
      resolve()
    }
    runner.events.on('job:complete', onComplete)
  })
  for (const payload of payloads) await runner.addJob(task, payload, { maxAttempts: 1 })
  await completed
}

describe('graphile-worker', () => {
  test('a job is added in the trace of the request that adds it, and done in its own', async () => {
    const adding = await request(() => runJobs('loadPerson', [{ id: 7 }]))
    expect(adding.queries).toEqual([addJob])
    expect(outcomes).toMatchObject([
      { result: { id: 7, name: 'person 7' }, queries: ['SELECT person'], error: undefined },
    ])
  })

  test('what the worker asks for by itself belongs to no request', async () => {
    await request(() => runJobs('loadPerson', [{ id: 1 }]))
    expect(orphans()).toContain(getJob)
    expect(orphans().filter((query) => query === addJob || query === 'SELECT person')).toEqual([])
    const named = querySpans().find(({ name }) => name === getJob)
    expect(named?.attributes['pgspan.statement.name']).toMatch(/^get_job/)
  })

  test('twenty jobs of three workers keep their spans apart', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => 1 + (index % 12))
    const { queries } = await request(() =>
      runJobs(
        'loadPerson',
        ids.map((id) => ({ id })),
      ),
    )
    expect(queries).toEqual(ids.map(() => addJob))
    expect(outcomes.map((outcome) => outcome.queries)).toEqual(ids.map(() => ['SELECT person']))
    const found = outcomes.map(({ result }) => (result as { readonly id: number }).id)
    expect(found.sort()).toEqual([...ids].sort())
  })

  test('a transaction of a job makes a span of each statement', async () => {
    await runJobs('inTransaction', [{}])
    expect(outcomes.map(({ queries }) => queries)).toEqual([['BEGIN', 'UPDATE purchase', 'ROLLBACK']])
  })

  test('a job that fails has its query’s SQLSTATE, and the worker notes the driver’s own error', async () => {
    const failed = new Promise<unknown>((resolve) =>
      runner.events.once('job:failed', ({ error }) => resolve(error)),
    )
    await runJobs('failing', [{}])
    expect(await failed).toMatchObject({ name: 'error', code: '22012', message: 'division by zero' })
    expect(orphans()).toContain('SELECT failed: 22012')
  })

  test('a slow query of a job is found at the line that awaits it', async () => {
    await runJobs('sleeping', [{}])
    expect(places('slow_query')).toEqual([{ ...lineOf('slow'), functionName: 'sleepInJob' }])
  })
})
