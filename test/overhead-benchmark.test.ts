import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { expect, test } from 'vitest'
import { recordConversation, recordedSockets } from '../benchmarks/overhead/recorded-backend.mjs'
import { figuresOf } from '../benchmarks/overhead/report.mjs'
import { queriesPerRequest, questionsOf, workloads } from '../benchmarks/overhead/workloads.mjs'
import { useTestDatabase } from './support/test-database.ts'

const database = useTestDatabase()
const names = Object.keys(workloads)

/** Results of every query of a request, without what no caller reads. */
async function resultsOf(client: pg.Client, workload: string): Promise<unknown[]> {
  const results: unknown[] = []
  for (let n = 0; n < queriesPerRequest; n++) {
    const [text, values] = workloads[workload]?.(n) ?? ['']
    const { rows, rowCount, command, fields } = await client.query(text, values)
    results.push({
      rows,
      rowCount,
      command,
      fields: fields.map(({ name, dataTypeID }) => [name, dataTypeID]),
    })
  }
  return results
}

test.each(names)('a server answers %s with the same bytes each time', async (workload) => {
  const { connectionString } = database()
  const [first, second] = [
    await recordConversation(pg.Client, connectionString, questionsOf(workload)),
    await recordConversation(pg.Client, connectionString, questionsOf(workload)),
  ]
  expect(first.answers.length).toBeGreaterThan(0)
  expect(first.answers).toEqual(second.answers)
})

test.each(names)('recorded answers to %s give the results of the real server', async (workload) => {
  const { connectionString } = database()
  const conversation = await recordConversation(pg.Client, connectionString, questionsOf(workload))
  const real = new pg.Client({ connectionString })
  const recorded = new pg.Client({ connectionString, stream: recordedSockets(conversation) as never })
  await Promise.all([real.connect(), recorded.connect()])
  expect(await resultsOf(recorded, workload)).toEqual(await resultsOf(real, workload))
  await Promise.all([real.end(), recorded.end()])
})

test('a request that nobody recorded is an error', async () => {
  const { connectionString } = database()
  const conversation = await recordConversation(pg.Client, connectionString, questionsOf('SELECT 1'))
  const client = new pg.Client({ connectionString, stream: recordedSockets(conversation) as never })
  await client.connect()
  expect(() => client.query('SELECT 2')).toThrow('Nobody recorded an answer')
})

/** What a process of the benchmark says that each query of a request records. */
async function telemetryOf(mode: string, workload: string, telemetry?: unknown): Promise<unknown> {
  const { connectionString } = database()
  const worker = fileURLToPath(new URL('../benchmarks/overhead/worker.mjs', import.meta.url))
  const running = promisify(execFile)(process.execPath, [worker])
  const task = { mode, sdk: 'sampled', workload, queries: 100, connectionString, describes: true, telemetry }
  running.child.stdin?.end(JSON.stringify(task))
  return JSON.parse((await running).stdout)
}

test.each(names)('the floor records of %s exactly what pgspan records', async (workload) => {
  const ours = await telemetryOf('pgspan', workload)
  expect(ours).toHaveLength(queriesPerRequest)
  expect(ours).toMatchObject(
    Array.from({ length: queriesPerRequest }, () => ({
      span: { begun: { 'db.system.name': 'postgresql' } },
      histograms: [{}, {}, {}],
    })),
  )
  expect(await telemetryOf('floor', workload, ours)).toEqual(ours)
})

test('extra is the median over the base, beside the floor and upstream’s', () => {
  const sample = (...users: number[]) => users.map((user) => ({ user, system: 0, wall: 0, spans: 1 }))
  const { figures, insights } = figuresOf({
    none: sample(10, 90, 11),
    floor: sample(14, 15, 16),
    pgspan: sample(17, 16, 99),
    'pgspan with insights': sample(18, 18, 18),
    upstream: sample(23, 22, 24),
  })
  expect(figures.pgspan).toMatchObject({ user: 17, extra: 6, overFloor: 2, ofUpstream: 0.5 })
  expect(insights).toBe(1)
})
