import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { PgInstrumentation, type SpanRule } from '@pgspan/instrumentation-pg'
import { processState, runInUnitOfWork } from '@pgspan/lifecycle'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const requests = 40
const queriesPerRequest = 5

const database = useTestDatabase()
const telemetry = useTelemetry()
const tracer = trace.getTracer('test')

describe.each<SpanRule>(['always', 'never'])('a contended pool, acquire spans: %s', (acquireSpans) => {
  let instrumentation: PgInstrumentation
  let pool: pg.Pool

  beforeAll(() => {
    instrumentation = new PgInstrumentation({ acquireSpans })
    const { Pool } = loadPg()
    pool = new Pool({ connectionString: database().connectionString, max: 4 })
  })
  beforeEach(() => telemetry.reset())
  afterAll(async () => {
    await pool.end()
    instrumentation.disable()
  })

  const requestStyles = {
    'pool.query with promises': async (request: number) => {
      for (let i = 0; i < queriesPerRequest; i++)
        await pool.query('SELECT $1::int, pg_sleep(0.001)', [request])
    },
    'pool.query with callbacks': async (request: number) => {
      for (let i = 0; i < queriesPerRequest; i++) {
        await new Promise((resolve) => pool.query('SELECT $1::int, pg_sleep(0.001)', [request], resolve))
      }
    },
    'pool.query all at once': async (request: number) => {
      await Promise.all(
        Array.from({ length: queriesPerRequest }, () =>
          pool.query('SELECT $1::int, pg_sleep(0.001)', [request]),
        ),
      )
    },
    'pool.connect with promises': async (request: number) => {
      for (let i = 0; i < queriesPerRequest; i++) {
        const client = await pool.connect()
        await client.query('SELECT $1::int, pg_sleep(0.001)', [request])
        client.release()
      }
    },
    'pool.connect with callbacks': async (request: number) => {
      for (let i = 0; i < queriesPerRequest; i++) {
        await new Promise<void>((resolve) => {
          pool.connect((_error, client, release) => {
            client?.query('SELECT $1::int, pg_sleep(0.001)', [request], () => {
              release()
              resolve()
            })
          })
        })
      }
    },
  }

  test.each(Object.entries(requestStyles))(
    '%s: every query span is a child of its own request',
    async (_style, run) => {
      const parents = new Map<string, string>()
      await Promise.all(
        Array.from({ length: requests }, (_, request) =>
          tracer.startActiveSpan(`request ${request}`, async (span) => {
            parents.set(span.spanContext().spanId, span.spanContext().traceId)
            await run(request)
            span.end()
          }),
        ),
      )
      const queries = telemetry.spans().filter((span) => span.name === 'SELECT')
      const perParent = new Map<string, number>()
      for (const span of queries) {
        const parent = span.parentSpanContext?.spanId ?? 'none'
        expect(parents.get(parent)).toBe(span.spanContext().traceId)
        perParent.set(parent, (perParent.get(parent) ?? 0) + 1)
      }
      expect(queries).toHaveLength(requests * queriesPerRequest)
      expect([...perParent.values()]).toEqual(Array.from({ length: requests }, () => queriesPerRequest))
      const acquires = telemetry.spans().filter((span) => span.name === 'pg-pool.acquire')
      expect(acquires).toHaveLength(acquireSpans === 'always' ? requests * queriesPerRequest : 0)
      for (const span of acquires)
        expect(parents.get(span.parentSpanContext?.spanId ?? '')).toBe(span.spanContext().traceId)
    },
  )

  test.each(Object.entries(requestStyles))(
    '%s: without an active span, every query keeps its caller’s context',
    async (_style, run) => {
      const seen: (string | undefined)[] = []
      const detach = observeBaggage(seen)
      await Promise.all(
        Array.from({ length: requests }, (_, request) => {
          const baggage = propagation.createBaggage({ request: { value: String(request) } })
          return context.with(propagation.setBaggage(ROOT_CONTEXT, baggage), () =>
            runInUnitOfWork(`job ${request}`, () => run(request)),
          )
        }),
      )
      detach()
      const queries = telemetry.spans().filter((span) => span.name === 'SELECT')
      expect(queries).toHaveLength(requests * queriesPerRequest)
      for (const span of queries) expect(span.parentSpanContext).toBeUndefined()
      expect(seen.filter((entry) => entry !== 'same')).toEqual([])
      expect(seen).toHaveLength(requests * queriesPerRequest)
    },
  )
})

/** Notes for every query whether its parameter, its baggage and its unit of work are of one request. */
function observeBaggage(seen: (string | undefined)[]): () => void {
  return processState().dispatcher.attach({
    name: 'test',
    queryStarted(query, values) {
      if (values === undefined) return
      const request = propagation.getBaggage(query.callerContext)?.getEntry('request')?.value
      const job = query.unitOfWork?.name
      seen.push(
        request === String(values[0]) && job === `job ${values[0]}`
          ? 'same'
          : `${request} ${job} ${values[0]}`,
      )
    },
  })
}

test('whoever awaits a promise of another library goes on in its own context, as with the native one', async () => {
  const instrumentation = new PgInstrumentation()
  const { Pool } = loadPg()
  const key = Symbol('request')
  const seen: Record<string, unknown> = {}
  for (const [name, promiseClass] of Object.entries({ native: Promise, eager: EagerPromise })) {
    // The driver takes any Promise; its types do not say so.
    const options = { connectionString: database().connectionString, Promise: promiseClass }
    const pool = new Pool(options as pg.PoolConfig)
    await new Promise<void>((resolve) => {
      context.with(ROOT_CONTEXT.setValue(key, name), () => {
        pool.query('SELECT 1').then(() => {
          seen[name] = context.active().getValue(key)
          resolve()
        })
      })
    })
    await new Promise<void>((resolve) => pool.end(resolve))
  }
  expect(seen).toEqual({ native: 'native', eager: 'eager' })
  instrumentation.disable()
})

/** Calls what waits for it at once, where it is resolved: the context of that is what its reactions get. */
class EagerPromise {
  readonly #reactions: ((value: unknown) => void)[] = []

  constructor(executor: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void) {
    const resolve = (value: unknown): void => {
      for (const react of this.#reactions) react(value)
    }
    executor(resolve, (error) => {
      throw error
    })
  }

  // biome-ignore lint/suspicious/noThenProperty: it is meant to be one.
  then(react: (value: unknown) => void): this {
    this.#reactions.push(react)
    return this
  }

  catch(): this {
    return this
  }
}
