import type { MetricData } from '@opentelemetry/sdk-metrics'
import type pg from 'pg'
import { type Behaviour, different, same } from '../behaviour.js'
import type { Subject } from '../subject.js'

const duration = 'db.client.operation.duration'
const connectionCount = 'db.client.connection.count'
const pending = 'db.client.connection.pending_requests'

/** Metrics of queries and pools. */
export const measurements: readonly Behaviour[] = [
  same(`\`${duration}\`: what it is`, ['s', 'Duration of database client operations.'], async (subject) => {
    await asked(subject, 'SELECT NOW()')
    return definitionOf(await subject.metric(duration))
  }),
  ...[
    ['SELECT NOW()', undefined],
    ['SELECT foo FROM bar', '42P01'],
  ].map(([text = '', error]) =>
    different(
      `\`${duration}\` of \`${text}\``,
      {
        upstream: { count: 1, isPositive: true, system: 'postgresql', operation: 'SELECT', error },
        pgspan: {
          count: 1,
          isPositive: true,
          system: 'postgresql',
          summary: error ? 'SELECT bar' : 'SELECT',
          error,
        },
        why: '`db.query.summary` instead of `db.operation.name`, which is not to be read from a text',
      },
      async (subject) => {
        await asked(subject, text)
        return pointOf(await subject.metric(duration))
      },
    ),
  ),
  same(
    `\`${connectionCount}\`: what it is`,
    [
      '{connection}',
      'The number of connections that are currently in state described by the state attribute.',
    ],
    async (subject) => {
      await useOf(subject.newPool())
      return definitionOf(await subject.metric(connectionCount))
    },
  ),
  different(
    `\`${connectionCount}\` while a connection is out, and after it is back`,
    {
      upstream: { out: { used: 1, idle: 0 }, back: { used: 1, idle: 0 } },
      pgspan: { out: { used: 1, idle: 0, connecting: 0 }, back: { used: 0, idle: 1, connecting: 0 } },
      why: 'read from the pool when it is collected',
    },
    async (subject) => {
      const client = await subject.newPool({ database: 'postgres' }).connect()
      const out = await statesOf(subject)
      client.release()
      return { out, back: await statesOf(subject) }
    },
  ),
  different(
    `\`${pending}\`: what it is`,
    {
      upstream: ['{connection}', 'The number of current pending requests for an open connection.'],
      pgspan: ['{request}', 'The number of current pending requests for an open connection.'],
      why: 'the conventions’ unit',
    },
    async (subject) => {
      await useOf(subject.newPool())
      return definitionOf(await subject.metric(pending))
    },
  ),
  different(
    'the name of a pool',
    {
      upstream: ['127.0.0.1:port/postgres'],
      pgspan: ['postgres'],
      why: 'the conventions name a pool after its `db.namespace`',
    },
    async (subject) => {
      await useOf(subject.newPool({ database: 'postgres' }))
      const port = String(subject.database.port)
      return poolNames(await subject.metric(pending)).map((name) => name.replace(port, 'port'))
    },
  ),
  same(
    'listeners that further uses of a pool add to it',
    { connect: 0, acquire: 0, remove: 0, release: 0 },
    async (subject) => {
      const pool = subject.newPool()
      await useOf(pool)
      const before = listenersOf(pool)
      await Promise.all([useOf(pool), useOf(pool), useOf(pool)])
      const after = listenersOf(pool)
      return Object.fromEntries(
        poolEvents.map((event) => [event, Number(after[event]) - Number(before[event])]),
      )
    },
  ),
  same('pools that are observed, of two', [true, true], async (subject) => {
    const observed: boolean[] = []
    for (const pool of [subject.newPool(), subject.newPool()]) {
      subject.reset()
      await useOf(pool)
      observed.push(subject.querySpans.length === 1 && pool.listenerCount('release') > 0)
    }
    return observed
  }),
  same('a listener of the application on a pool', 1, async (subject) => {
    const pool = subject.newPool()
    let heard = 0
    pool.on('connect', () => heard++)
    await useOf(pool)
    return heard
  }),
]

/** Failing or not, with a callback: upstream tells no error of a promise. */
function asked({ client }: Subject, text: string): Promise<unknown> {
  return new Promise((resolve) => client.query(text, resolve))
}

async function useOf(pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  await client.query('SELECT NOW()')
  client.release()
}

function definitionOf(metric: MetricData | undefined): unknown {
  return [metric?.descriptor.unit, metric?.descriptor.description]
}

function pointOf(metric: MetricData | undefined): unknown {
  const [point, ...others] = metric?.dataPoints ?? []
  if (point === undefined || others.length > 0) return `${others.length + 1} points`
  const { attributes } = point
  // The metric is a histogram.
  const { count, min } = point.value as { count: number; min: number }
  const operation = attributes['db.operation.name']
  const summary = attributes['db.query.summary']
  return {
    count,
    isPositive: min > 0,
    system: attributes['db.system.name'],
    ...(operation !== undefined && { operation }),
    ...(summary !== undefined && { summary }),
    error: attributes['error.type'],
  }
}

/** Of the pool of the database `postgres`, which nothing else here uses. */
async function statesOf(subject: Subject): Promise<unknown> {
  const metric = await subject.metric(connectionCount)
  const points = (metric?.dataPoints ?? []).filter(({ attributes }) =>
    String(attributes['db.client.connection.pool.name']).endsWith('postgres'),
  )
  return Object.fromEntries(
    points.map(({ attributes, value }) => [attributes['db.client.connection.state'], value]),
  )
}

function poolNames(metric: MetricData | undefined): string[] {
  const names = (metric?.dataPoints ?? []).map(({ attributes }) =>
    String(attributes['db.client.connection.pool.name']),
  )
  return [...new Set(names)].filter((name) => name.endsWith('postgres'))
}

const poolEvents = ['connect', 'acquire', 'remove', 'release'] as const

function listenersOf(pool: pg.Pool): Record<string, number> {
  return Object.fromEntries(poolEvents.map((event) => [event, pool.listenerCount(event)]))
}
