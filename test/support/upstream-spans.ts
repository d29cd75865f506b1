import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

const instrumentation = new PgInstrumentation()
registerInstrumentations({ instrumentations: [instrumentation] })
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

/** Gives the upstream instrumentation's spans, and all others, to this processor alone. */
export function spansTo(processor: SpanProcessor): void {
  trace.disable()
  const provider = new TracerProvider({ spanProcessors: [processor] })
  trace.setGlobalTracerProvider(provider)
  instrumentation.setTracerProvider(provider)
}
