// Runs the shop in this process, with telemetry set up in one of several ways, asks for every faulty route a few
// times, and prints the findings. `node shop-findings.mjs MODE`, with DATABASE_URL.
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { PgInstrumentation as UpstreamInstrumentation } from '@opentelemetry/instrumentation-pg'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { createInsights, InsightsSpanProcessor } from '@pgspan/insights'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { HttpInstrumentation } from './http-instrumentation.mjs'

const [mode] = process.argv.slice(2)
const insights = createInsights()
const exporter = new InMemorySpanExporter()

if (mode === 'no SDK') {
  insights.attach()
  registerInstrumentations({ instrumentations: [new PgInstrumentation()] })
} else {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const tracerProvider = new TracerProvider({
    sampler: mode === 'not sampled' ? new AlwaysOffSampler() : new AlwaysOnSampler(),
    spanProcessors: [new InsightsSpanProcessor(insights), new SimpleSpanProcessor({ exporter })],
  })
  trace.setGlobalTracerProvider(tracerProvider)
  const pg = mode === 'upstream' ? new UpstreamInstrumentation() : new PgInstrumentation()
  registerInstrumentations({ instrumentations: [pg, new HttpInstrumentation()] })
}

const { startShop } = await import('../../examples/shop/src/server.js')
const shop = await startShop({ connectionString: process.env.DATABASE_URL })
const routes = ['/orders/recent', '/categories', '/brands', '/customers/10007']
for (let round = 0; round < 3; round++) {
  for (const route of routes) await fetch(`${shop.url}${route}`).then((response) => response.arrayBuffer())
}
await shop.close()

const roots = exporter.getFinishedSpans().filter((span) => span.parentSpanContext === undefined)
process.stdout.write(
  JSON.stringify({
    findings: insights.findings(),
    rootsWithFindings: roots
      .filter((span) => span.attributes['pgspan.findings.count'] > 0)
      .map((span) => ({
        name: span.name,
        target: span.attributes['url.path'],
        kinds: span.attributes['pgspan.findings.kinds'],
      })),
  }),
)
insights.close()
