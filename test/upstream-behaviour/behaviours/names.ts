import { type Behaviour, different } from '../behaviour.js'
import type { Subject } from '../subject.js'

const convention = 'the name that the conventions give: `db.query.summary`'

/** Names of spans, with the database’s name as `shop`. */
export const names: readonly Behaviour[] = [
  named('SELECT $1::text', 'SELECT'),
  named('select $1::text', 'select', { upstream: 'SELECT', why: 'a summary keeps the case of its words' }),
  named(' SELECT $1::text ', 'SELECT'),
  named('SHOW server_version;', 'SHOW server_version', { upstream: 'SHOW' }),
  named('COMMIT;', 'COMMIT'),
  different(
    'the name of a prepared statement’s span',
    {
      upstream: 'pg.query:value-of-placeholder shop',
      pgspan: 'SELECT',
      why: 'names may be made at run time',
    },
    async (subject) => {
      await subject.client.query({ name: 'value-of-placeholder', text: 'SELECT $1::text', values: ['0'] })
      return nameOf(subject)
    },
  ),
]

function named(text: string, summary: string, more: { upstream?: string; why?: string } = {}): Behaviour {
  const { upstream = summary, why = convention } = more
  return different(
    `the name of the span of \`${text}\``,
    { upstream: `pg.query:${upstream} shop`, pgspan: summary, why },
    async (subject) => {
      await subject.client.query(text, text.includes('$1') ? ['0'] : undefined)
      return nameOf(subject)
    },
  )
}

function nameOf({ querySpans, database }: Subject): unknown {
  return querySpans[0]?.name.replace(database.name, 'shop')
}
