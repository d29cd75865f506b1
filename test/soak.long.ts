import { trace } from '@opentelemetry/api'
import { createInsights } from '@pgspan/insights'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { runInUnitOfWork } from '@pgspan/lifecycle'
import { expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const telemetry = useTelemetry()

/** Megabytes of live objects. */
function heap(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  return process.memoryUsage().heapUsed / 1e6
}

test('100,000 queries, half of them with a text of their own, leave no more behind than the bounds allow', async () => {
  const insights = createInsights()
  const detach = insights.attach()
  const instrumentation = new PgInstrumentation()
  const pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 4 })
  const tracer = trace.getTracer('soak')
  let n = 0

  const unit = (): Promise<void> =>
    runInUnitOfWork(`job ${n % 500}`, () =>
      tracer.startActiveSpan('job', async (span) => {
        for (let i = 0; i < 10; i++) {
          n++
          await pool.query('SELECT $1::int AS id', [n])
          await pool.query(`SELECT ${n} AS c${n % 20_000}`)
        }
        span.end()
        telemetry.reset()
      }),
    )
  const units = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += 8) await Promise.all(Array.from({ length: 8 }, unit))
  }

  await units(1_000)
  const before = heap()
  await units(4_000)
  const grown = heap() - before
  await pool.end()
  instrumentation.disable()
  detach()
  insights.close()
  expect(grown).toBeLessThan(20)
})
