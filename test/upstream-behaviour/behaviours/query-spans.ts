import { printed, runNode } from '../../support/run-child.js'
import { type Behaviour, different, same } from '../behaviour.js'
import type { Subject } from '../subject.js'

const callback = (resolve: () => void) => (): void => resolve()

type Ask = (subject: Subject) => Promise<unknown>

const withCallback =
  (ask: (subject: Subject, done: () => void) => unknown): Ask =>
  (subject) =>
    new Promise<void>((resolve) => void ask(subject, callback(resolve)))

/** Every way to call `client.query`, with a text that has no literals. */
const callForms: Readonly<Record<string, Ask>> = {
  'text, callback': withCallback(({ client }, done) => client.query('SELECT NOW()', done)),
  'text, values, callback': withCallback(({ client }, done) => client.query('SELECT $1::text', ['0'], done)),
  '{ text, callback }': withCallback(({ client }, done) => {
    const config = { text: 'SELECT NOW()', callback: done }
    return client.query(config)
  }),
  '{ text }, callback': withCallback(({ client }, done) => client.query({ text: 'SELECT NOW()' }, done)),
  text: ({ client }) => client.query('SELECT NOW()'),
  'text, values': ({ client }) => client.query('SELECT $1::text', ['0']),
  '{ text, values }': ({ client }) => client.query({ text: 'SELECT $1::text', values: ['0'] }),
  '{ name, text, values }': ({ client }) =>
    client.query({ name: 'fetch-text', text: 'SELECT $1::text', values: ['0'] }),
}

/** A statement of a library for SQL in template literals: its text is made by a getter. */
class TemplateStatement {
  readonly strings: readonly string[]
  readonly values: readonly unknown[]
  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.strings = strings
    this.values = values
  }
  get text(): string {
    return this.strings.reduce((before, after, index) => `${before}$${index}${after}`)
  }
}

const environment = 'OTEL_SEMCONV_STABILITY_OPT_IN'

const loader = ['--experimental-loader', '@opentelemetry/instrumentation/hook.mjs']
const packages = { upstream: '@opentelemetry/instrumentation-pg', pgspan: '@pgspan/instrumentation-pg' }

/** One span per query, with what is known of it. */
export const querySpans: readonly Behaviour[] = [
  ...Object.entries(callForms).map(([form, ask]) =>
    same(
      `client.query(${form}) in a span`,
      {
        kind: 'CLIENT',
        parent: 'caller',
        status: 'UNSET',
        events: [],
        text: form.includes('values') ? 'SELECT $1::text' : 'SELECT NOW()',
        system: 'postgresql',
        target: 'the database, its address and port',
      },
      async (subject) => {
        await subject.asCaller(() => ask(subject))
        return onlySpan(subject)
      },
    ),
  ),
  different(
    'the attribute for the name of a prepared statement',
    {
      upstream: { 'db.postgresql.plan': 'fetch-text' },
      pgspan: { 'pgspan.statement.name': 'fetch-text' },
      why: 'the conventions have no attribute for it, and no `db.postgresql.plan`',
    },
    async (subject) => {
      await callForms['{ name, text, values }']?.(subject)
      const attributes = Object.entries(subject.querySpans[0]?.attributes ?? {})
      return Object.fromEntries(attributes.filter(([, value]) => value === 'fetch-text'))
    },
  ),
  same('a query without a span around it', [{ parent: undefined }], async (subject) => {
    await subject.client.query('SELECT NOW()')
    return subject.querySpans.map(({ parent }) => ({ parent }))
  }),
  ...(['callback', 'promise'] as const).map((style) =>
    same(
      `a query without a span around it, with \`requireParentSpan\`, by ${style}`,
      0,
      async (subject) => {
        await callForms[style === 'callback' ? 'text, callback' : 'text']?.(subject)
        return subject.spans.length
      },
      { requireParentSpan: true },
    ),
  ),
  same(
    'a query in a span, with `requireParentSpan`',
    [{ parent: 'caller' }],
    async (subject) => {
      await subject.asCaller(() => subject.client.query('SELECT NOW()'))
      return subject.querySpans.map(({ parent }) => ({ parent }))
    },
    { requireParentSpan: true },
  ),
  same(
    'an object with a getter for its text',
    { rows: 1, text: 'SELECT NOW() AS n WHERE $1 = $2', spans: 1 },
    async (subject) => {
      const statement = new TemplateStatement(['SELECT NOW() AS n WHERE ', ' = ', ''], ['a', 'a'])
      // The driver takes any array of values.
      const { rows } = await subject.client.query(statement as unknown as { text: string; values: unknown[] })
      return {
        rows: rows.length,
        text: subject.querySpans[0]?.attributes['db.query.text'],
        spans: subject.spans.length,
      }
    },
  ),
  same(
    'an ESM application with the loader hook: spans by what it imports',
    { 'named Client': 1, 'named Pool': 1, 'default Pool': 1, 'pg-pool': 1 },
    inModules,
  ),
  ...['', 'database', 'database/dup'].map((value) =>
    same(
      `the attributes’ names with \`${environment}=${value}\``,
      { stable: true, old: [] },
      async (subject) => {
        process.env[environment] = value
        try {
          await subject.client.query('SELECT NOW()')
        } finally {
          delete process.env[environment]
        }
        const names = Object.keys(subject.querySpans[0]?.attributes ?? {})
        return {
          stable: ['db.system.name', 'db.namespace', 'server.address'].every((name) => names.includes(name)),
          old: names.filter((name) =>
            ['db.system', 'db.name', 'db.statement', 'net.peer.name'].includes(name),
          ),
        }
      },
    ),
  ),
]

async function inModules({ side, database }: Subject): Promise<unknown> {
  const child = await runNode([...loader, '--import', './apps/esm-register.mjs', 'apps/esm-app.mjs'], {
    DATABASE_URL: database.connectionString,
    HOOK: '',
    INSTRUMENTATION: packages[side],
  })
  const answers = Object.entries(printed<Record<string, { spans: unknown[] }>>(child))
  return Object.fromEntries(answers.map(([name, { spans }]) => [name, spans.length]))
}

function onlySpan({ querySpans: spans, database }: Subject): unknown {
  if (spans.length !== 1) return `${spans.length} spans`
  const [span] = spans
  if (span === undefined) return undefined
  const { kind, parent, status, events, attributes } = span
  const target = [attributes['db.namespace'], attributes['server.address'], attributes['server.port']]
  const isTarget = String(target) === String([database.name, database.host, database.port])
  return {
    kind,
    parent,
    status,
    events,
    text: attributes['db.query.text'],
    system: attributes['db.system.name'],
    target: isTarget ? 'the database, its address and port' : target,
  }
}
