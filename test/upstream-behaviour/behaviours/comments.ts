import { type Behaviour, different, same } from '../behaviour.js'
import type { Subject } from '../subject.js'

const echo = 'SELECT current_query() AS sent'
const commented = { addSqlCommenterCommentToQueries: true }
const propagated = { upstream: { enableTraceContextPropagation: true }, pgspan: {} }
const refusal = 'refused at construction: it costs a round trip per query and overwrites `application_name`'

/** What the server gets besides the text. */
export const comments: readonly Behaviour[] = [
  ...(['promise', 'config.callback'] as const).flatMap((style) => [
    same(`the text that the server gets, by ${style}`, echo, (subject) => sent(subject, style)),
    same(
      `the text with \`addSqlCommenterCommentToQueries\`, by ${style}`,
      `${echo} /*traceparent='the query span'*/`,
      (subject) => sent(subject, style),
      commented,
    ),
  ]),
  same(
    'the text of a prepared statement, with `addSqlCommenterCommentToQueries`',
    echo,
    async (subject) => {
      const { rows } = await subject.asCaller(() => subject.client.query({ name: 'commented', text: echo }))
      return rows[0].sent
    },
    commented,
  ),
  same(
    'an object with a getter for its text, with `addSqlCommenterCommentToQueries`',
    `${echo} /*traceparent='the query span'*/`,
    async (subject) => {
      class Statement {
        readonly values: unknown[] = []
        get text(): string {
          return echo
        }
      }
      const { rows } = await subject.asCaller(() => subject.client.query(new Statement()))
      return withoutIds(rows[0].sent, subject)
    },
    commented,
  ),
  same('the application’s name', 'mine', (subject) => applicationName(subject)),
  different(
    'the application’s name with `enableTraceContextPropagation`',
    { upstream: 'the query span', pgspan: 'mine', why: refusal },
    (subject) => applicationName(subject),
    propagated,
  ),
  different(
    'the option `enableTraceContextPropagation`',
    { upstream: 'accepted', pgspan: 'TypeError', why: refusal },
    ({ instrumentationClass }) => {
      try {
        new instrumentationClass({ enabled: false, ...propagated.upstream })
        return 'accepted'
      } catch (error) {
        return (error as Error).name
      }
    },
  ),
]

async function sent(subject: Subject, style: 'promise' | 'config.callback'): Promise<unknown> {
  const { rows } = await subject.asCaller(() =>
    style === 'promise'
      ? subject.client.query(echo)
      : new Promise<{ rows: { sent: string }[] }>((resolve) => {
          const config = { text: echo, callback: (_error: unknown, result: never) => resolve(result) }
          subject.client.query(config)
        }),
  )
  return withoutIds(rows[0]?.sent, subject)
}

async function applicationName(subject: Subject): Promise<unknown> {
  const client = subject.newClient({ application_name: 'mine' })
  await client.connect()
  subject.reset()
  const { rows } = await subject.asCaller(() => client.query('SHOW application_name'))
  return withoutIds(rows[0].application_name, subject)
}

function withoutIds(text: unknown, { querySpans }: Subject): unknown {
  const { traceId, spanId } = querySpans[0]?.spanContext ?? {}
  return String(text).replace(`00-${traceId}-${spanId}-01`, 'the query span')
}
