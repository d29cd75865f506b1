// Queries in every style with other instrumentations beside ours; prints what each of them recorded.
// REGISTER names them in order, OWN_WRAP what the application puts around `query` by itself.
async function main() {
  const telemetry = await import('./spans.mjs')
  telemetry.startTracing()
  for (const name of (process.env.REGISTER ?? '').split(',').filter(Boolean)) register(name)
  const pg = process.env.ESM ? (await import('pg')).default : require('pg')
  const seen = []
  const wrap = process.env.OWN_WRAP
  if (wrap === 'prototype') {
    const { query } = pg.Client.prototype
    pg.Client.prototype.query = function (...args) {
      seen.push('own')
      return query.apply(this, args)
    }
  }
  let Client = pg.Client
  if (wrap === 'subclass') {
    Client = class extends pg.Client {
      query(...args) {
        seen.push('own')
        return super.query(...args)
      }
    }
  }
  const counts = await run(pg, Client, wrap, seen, telemetry)
  console.log(JSON.stringify(counts))
}

function register(name) {
  if (name === 'dd') return registerDatadog()
  if (name === 'sentry') return registerSentry()
  const { PgInstrumentation: Upstream } = require('@opentelemetry/instrumentation-pg')
  const { PgInstrumentation: Ours } = require('@pgspan/instrumentation-pg')
  const { registerInstrumentations } = require('@opentelemetry/instrumentation')
  const instrumentations = { upstream: Upstream, ours: Ours }
  registerInstrumentations({ instrumentations: [new instrumentations[name]()] })
}

let datadogQueries = 0

/** Its spans go to an agent that is not there; they are counted where they start. */
function registerDatadog() {
  require('dd-trace').init({ startupLogs: false, runtimeMetrics: false, flushInterval: 3_600_000 })
  const count = () => datadogQueries++
  require('node:diagnostics_channel').subscribe('apm:pg:query:start', count)
}

/** Its instrumentation of pg alone, recording to the tracer provider that is there. */
function registerSentry() {
  const sentry = require('@sentry/node')
  sentry.init({
    dsn: 'http://key@127.0.0.1:9/1',
    tracesSampleRate: 1,
    skipOpenTelemetrySetup: true,
    defaultIntegrations: false,
    integrations: [sentry.postgresIntegration()],
  })
}

async function run(pg, Client, wrap, seen, telemetry) {
  const { trace, context } = require('@opentelemetry/api')
  const Cursor = require('pg-cursor')
  const connectionString = process.env.DATABASE_URL
  const client = new Client({ connectionString })
  await client.connect()
  if (wrap === 'instance') {
    const { query } = client
    client.query = function (...args) {
      seen.push('own')
      return query.apply(this, args)
    }
  }
  const pool = new pg.Pool({ connectionString, max: 1, Client })
  const tracer = trace.getTracer('app')
  const inside = []
  /** What the caller's code finds in its callbacks: its own span, and that it may record. */
  const note = (result) => {
    const child = tracer.startSpan('child')
    inside.push([trace.getSpan(context.active())?.spanContext().spanId, child.isRecording()])
    child.end()
    return result
  }
  // A long-lived connection, opened by some request: its listeners are nobody's.
  const listener = new Client({ connectionString })
  await context.with(trace.setSpan(context.active(), tracer.startSpan('opener')), () => listener.connect())
  await listener.query('LISTEN news')
  const styles = {
    listener: async (caller) => {
      const heard = new Promise((resolve) => listener.once('notification', resolve))
      listener.once('notification', () => {
        const child = tracer.startSpan('child')
        const isNobodys = trace.getSpan(context.active()) === undefined
        inside.push([isNobodys ? caller.spanContext().spanId : undefined, child.isRecording()])
        child.end()
      })
      await client.query("SELECT pg_notify('news', '')")
      await heard
      return 'heard'
    },
    promise: () => client.query('SELECT 1 AS n'),
    parameters: () => client.query('SELECT $1::int AS n', [2]),
    callback: () => new Promise((resolve) => client.query('SELECT 3 AS n', (_e, r) => resolve(note(r)))),
    'config.callback': () =>
      new Promise((resolve) => {
        const callback = (_e, r) => resolve(note(r))
        const config = { text: 'SELECT 4 AS n', callback }
        client.query(config)
        if (config.callback !== callback) inside.push('the config has another callback')
      }),
    error: () => client.query('SELECT 1/0').catch((error) => error.code),
    cursor: async () => {
      const cursor = client.query(new Cursor('SELECT 5 AS n'))
      const rows = await cursor.read(2)
      await cursor.close()
      return { rows }
    },
    pool: () => pool.query('SELECT 6 AS n'),
    'pool, callback': () =>
      new Promise((resolve) => pool.query('SELECT 7 AS n', (_e, r) => resolve(note(r)))),
    'pool, contended': () => Promise.all([pool.query('SELECT 8 AS n'), pool.query('SELECT 8 AS n')]),
    checkout: async () => {
      const held = await pool.connect()
      const result = await held.query('SELECT 9 AS n')
      held.release()
      return result
    },
  }
  const answers = {}
  for (const [style, ask] of Object.entries(styles)) {
    telemetry.reset()
    seen.length = 0
    inside.length = 0
    datadogQueries = 0
    const span = tracer.startSpan('caller')
    const result = await context.with(trace.setSpan(context.active(), span), () => ask(span))
    answers[style] = {
      result: [result].flat().map((one) => one?.rows ?? one),
      spans: telemetry.querySpans().filter((name) => !name.startsWith('app')),
      own: seen.length,
      datadog: datadogQueries,
      insideAsCaller: inside.every((one) => one[0] === span.spanContext().spanId && one[1] === true),
    }
  }
  await Promise.all([client.end(), listener.end(), pool.end()])
  return answers
}

main()
