import type { Span } from '@opentelemetry/api'
import { type Behaviour, different, same } from '../behaviour.js'
import type { Subject } from '../subject.js'

/** What hooks of either are given, as far as it is compared. */
interface RequestInformation {
  readonly query: object
  readonly connection: Readonly<Record<string, unknown>>
}

const styles = ['client, callback', 'client, promise', 'pool, callback', 'pool, promise'] as const

const requestHook = (span: Span, { query, connection }: RequestInformation): void => {
  span.setAttribute('app.seen', JSON.stringify({ query, connection: Object.keys(connection).sort() }))
}
const responseHook = (span: Span, { data }: { data: { rowCount: number | null } }): void => {
  span.setAttribute('app.seen', JSON.stringify({ rowCount: data.rowCount }))
}
const throwing = (): never => {
  throw 'no error object either'
}

const values = ['text', Buffer.from('abc'), 6, { type: 'Fiat' }, { toPostgres: () => 'own' }, null, undefined]
const manyKinds =
  'SELECT $1::text AS a, $2::bytea AS b, $3::int AS c, $4::jsonb AS d, $5::text AS e, $6::text AS f, $7::text AS g'
const reporting = { upstream: { enhancedDatabaseReporting: true }, pgspan: { recordQueryParameters: true } }

/** Hooks, and values of parameters. */
export const hooksAndValues: readonly Behaviour[] = [
  ...styles.flatMap((style) => [
    same(
      `\`requestHook\`: ${style}`,
      ['{"query":{"text":"SELECT 0::text"},"connection":["database","host","port","user"]}'],
      (subject) => seenIn(subject, style),
      { requestHook },
    ),
    same(`\`responseHook\`: ${style}`, ['{"rowCount":1}'], (subject) => seenIn(subject, style), {
      responseHook,
    }),
    ...(['requestHook', 'responseHook'] as const).map((hook) =>
      same(
        `a \`${hook}\` that throws: ${style}`,
        { answer: 'the row', spans: [['UNSET', undefined]] },
        async (subject) => {
          const answer = await ask(subject, style, 'SELECT 0::text')
          const spans = subject.querySpans.map(({ status, attributes }) => [status, attributes['app.seen']])
          return { answer, spans }
        },
        { [hook]: throwing },
      ),
    ),
  ]),
  same('values of parameters by default', [], async (subject) => {
    await subject.client.query('SELECT $1::text', ['secret'])
    return Object.entries(subject.querySpans[0]?.attributes ?? {}).filter(([, value]) =>
      String(value).includes('secret'),
    )
  }),
  different(
    'values of parameters, asked for',
    {
      upstream: { 'db.postgresql.values': ['text', 'abc', '6', '{"type":"Fiat"}', 'own', 'null', 'null'] },
      pgspan: {
        'db.query.parameter.0': 'text',
        'db.query.parameter.1': '3 bytes',
        'db.query.parameter.2': '6',
        'db.query.parameter.3': '{"type":"Fiat"}',
        'db.query.parameter.4': 'object',
        'db.query.parameter.5': 'null',
        'db.query.parameter.6': 'null',
      },
      why: 'the conventions’ attributes; bytes are not readable, and `toPostgres` is the driver’s to call, once',
    },
    async (subject) => {
      await subject.client.query(manyKinds, values)
      return valuesOf(subject)
    },
    reporting,
  ),
  different(
    'values of a prepared statement, asked for',
    {
      upstream: { 'db.postgresql.values': ['public'] },
      pgspan: { 'db.query.parameter.0': 'public' },
      why: 'the conventions’ attributes',
    },
    async (subject) => {
      const text = 'SELECT tablename FROM pg_tables WHERE schemaname = $1'
      await subject.client.query({ name: 'tables', text }, ['public'])
      return valuesOf(subject)
    },
    reporting,
  ),
]

async function seenIn(subject: Subject, style: (typeof styles)[number]): Promise<unknown> {
  await ask(subject, style, 'SELECT 0::text')
  return subject.querySpans.map(({ attributes }) => attributes['app.seen'])
}

async function ask(subject: Subject, style: (typeof styles)[number], text: string): Promise<unknown> {
  const queryable = style.startsWith('pool') ? subject.newPool() : subject.client
  const { rowCount } = style.endsWith('promise')
    ? await queryable.query(text)
    : await new Promise<{ rowCount: number | null }>((resolve) => {
        queryable.query(text, (_error, result) => resolve(result))
      })
  return rowCount === 1 ? 'the row' : rowCount
}

function valuesOf({ querySpans }: Subject): unknown {
  const attributes = Object.entries(querySpans[0]?.attributes ?? {})
  return Object.fromEntries(
    attributes.filter(([name]) => name === 'db.postgresql.values' || name.startsWith('db.query.parameter.')),
  )
}
