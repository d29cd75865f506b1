// Loaded with --import: an SDK of the application's own, or only a part of one, as SDK says. Prints the names of spans.
import { trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { AlwaysOffSampler, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'

const instrumentations = [new PgInstrumentation({ acquireSpans: 'never', connectSpans: 'never' })]
const printing = {
  export(spans, done) {
    for (const { name } of spans) console.log(name)
    done({ code: 0 })
  },
  shutdown: async () => {},
}
const processing = (exporter) => [new SimpleSpanProcessor({ exporter })]
const kinds = {
  none() {},
  'never sampling'() {
    const sampler = new AlwaysOffSampler()
    trace.setGlobalTracerProvider(new TracerProvider({ sampler, spanProcessors: processing(printing) }))
  },
  'with http'() {
    instrumentations.push(new HttpInstrumentation({ disableOutgoingRequestInstrumentation: true }))
    new NodeSDK({ instrumentations, spanProcessors: processing(printing) }).start()
  },
  exporting() {
    const exporter = new OTLPTraceExporter({ url: process.env.EXPORT_TO })
    new NodeSDK({ instrumentations, spanProcessors: processing(exporter) }).start()
  },
}
kinds[process.env.SDK]()
