// An application on postgres.js, whose spans somebody else makes: INSTRUMENTATION names the package. Prints how
// many, and what insights made of them.
const { SpanKind, trace } = require('@opentelemetry/api')

const instrumentations = {
  // Its wrapper does not take templates, only texts.
  'otel-instrumentation-postgres': () => {
    const { createOTELEmitter, PostgresInstrumentation } = require('otel-instrumentation-postgres')
    new PostgresInstrumentation({ collectQueryParameters: true })
    const sql = createOTELEmitter(connect())
    return { sql, ask: (text, id) => sql.unsafe(text, [id]) }
  },
  '@sentry/node': () => {
    const sentry = require('@sentry/node')
    sentry.init({
      dsn: 'http://key@127.0.0.1:9/1',
      tracesSampleRate: 1,
      skipOpenTelemetrySetup: true,
      defaultIntegrations: false,
      integrations: [sentry.postgresJsIntegration()],
    })
    const sql = connect()
    return { sql, ask: (text, id) => sql(Object.assign(text.split('$1'), { raw: [] }), id) }
  },
}

function connect() {
  return require('postgres')(process.env.DATABASE_URL, { max: 1, fetch_types: false })
}

async function main() {
  const telemetry = await import('./spans.mjs')
  const { createInsights, InsightsSpanProcessor } = require('@pgspan/insights')
  const insights = createInsights()
  telemetry.startTracing([new InsightsSpanProcessor(insights)])
  const { sql, ask } = instrumentations[process.env.INSTRUMENTATION]()
  await trace.getTracer('app').startActiveSpan('GET /orders', { kind: SpanKind.SERVER }, async (span) => {
    for (let id = 1; id <= 12; id++) await ask('SELECT name FROM customer WHERE id = $1', id)
    await ask('SELECT 1 / $1::int AS n', 0).catch(() => {})
    span.end()
  })
  await sql.end()
  insights.flush()
  console.log(
    JSON.stringify({
      spans: telemetry.finishedSpans().length - 1,
      findings: insights
        .findings()
        .map(({ kind, summary, evidence, unit }) => [kind, summary, evidence.count, unit]),
      queries: insights.statistics().queries,
      failed: insights.statistics().failedQueries,
    }),
  )
}

main()
