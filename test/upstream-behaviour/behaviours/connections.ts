import type pg from 'pg'
import { type Behaviour, different, same } from '../behaviour.js'
import type { SeenSpan, Subject } from '../subject.js'

const always = { upstream: {}, pgspan: { acquireSpans: 'always', connectSpans: 'always' } }
const onlySlow = 'those that neither failed nor took 50 ms make no span, unless asked for'

/** Spans of connections and of waits for them. */
export const connections: readonly Behaviour[] = [
  same(
    'opening a connection, in a span',
    [{ name: 'pg.connect', kind: 'CLIENT', parent: 'caller', status: 'UNSET', target: true }],
    async (subject) => {
      await subject.asCaller(() => subject.newClient().connect())
      return subject.spans.map(({ name, kind, parent, status, attributes }) => ({
        name,
        kind,
        parent,
        status,
        target: attributes['server.port'] === subject.database.port,
      }))
    },
    always,
  ),
  different(
    'opening a connection in less than 50 ms, by default',
    { upstream: ['pg.connect'], pgspan: [], why: onlySlow },
    async (subject) => {
      await subject.newClient().connect()
      return subject.spans.filter(({ millis }) => millis < 50).map(({ name }) => name)
    },
  ),
  same(
    'opening a connection without a span around it, with `requireParentSpan`',
    [],
    async (subject) => {
      await subject.newClient().connect()
      return subject.spans
    },
    {
      upstream: { requireParentSpan: true },
      pgspan: { requireParentSpan: true, connectSpans: 'always' },
    },
  ),
  different(
    'pool.connect() of a new pool, and a query',
    {
      upstream: [
        ['pg.connect', 'pg-pool.connect'],
        ['pg-pool.connect', 'caller'],
        ['the query', 'caller'],
      ],
      pgspan: [
        ['pg.connect', 'caller'],
        ['pg-pool.acquire', 'caller'],
        ['the query', 'caller'],
      ],
      why: 'waiting for a connection is not opening one; a wait makes its span when it is over',
    },
    (subject) => subject.asCaller(() => takenFrom(subject, subject.newPool())),
    always,
  ),
  ...(['callback', 'promise'] as const).map((style) =>
    different(
      `pool.query() of a pool with an idle connection, by ${style}`,
      {
        upstream: [
          ['pg-pool.connect', 'caller'],
          ['the query', 'caller'],
        ],
        pgspan: [
          ['pg-pool.acquire', 'caller'],
          ['the query', 'caller'],
        ],
        why: 'the name, as above',
      },
      async (subject) => {
        const pool = subject.newPool()
        await pool.query('SELECT NOW()')
        subject.reset()
        await subject.asCaller(() =>
          style === 'promise'
            ? pool.query('SELECT NOW()')
            : new Promise((resolve) => pool.query('SELECT NOW()', resolve)),
        )
        return subject.spans.map(nameAndParent)
      },
      always,
    ),
  ),
  same(
    'a pool without a span around its use, with `requireParentSpan`',
    [],
    (subject) => takenFrom(subject, subject.newPool()),
    {
      upstream: { requireParentSpan: true },
      pgspan: { requireParentSpan: true, ...always.pgspan },
    },
  ),
  same(
    'a pool with `ignoreConnectSpans`',
    [['the query', 'caller']],
    (subject) => subject.asCaller(() => takenFrom(subject, subject.newPool())),
    { ignoreConnectSpans: true },
  ),
  same(
    'secrets of a connection string, in the attributes of all spans',
    [],
    async (subject) => {
      const pool = new subject.pg.Pool({ connectionString: subject.database.connectionString })
      await takenFrom(subject, pool)
      await pool.end()
      const { password } = subject.database
      return subject.spans.filter(({ attributes }) => JSON.stringify(attributes).includes(`:${password}@`))
    },
    always,
  ),
  same(
    'the target on the wait for a pool that was made of a connection string',
    { namespace: true, address: true, port: true },
    async (subject) => {
      const { connectionString, name, host, port } = subject.database
      const pool = new subject.pg.Pool({ connectionString })
      await takenFrom(subject, pool)
      await pool.end()
      const wait = subject.spans.find((span) => span.name.startsWith('pg-pool'))
      return {
        namespace: wait?.attributes['db.namespace'] === name,
        address: wait?.attributes['server.address'] === host,
        port: wait?.attributes['server.port'] === port,
      }
    },
    always,
  ),
]

async function takenFrom(subject: Subject, pool: pg.Pool): Promise<unknown> {
  const client = await pool.connect()
  await client.query('SELECT NOW()')
  client.release()
  return subject.spans.map(nameAndParent)
}

function nameAndParent({ name, parent }: SeenSpan): unknown {
  return [/^pg(-pool)?\.(connect|acquire)$/.test(name) ? name : 'the query', parent]
}
