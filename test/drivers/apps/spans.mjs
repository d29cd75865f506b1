// An SDK in memory for a child process of the tests: spans are kept, and printed by the test's application.
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

const exporter = new InMemorySpanExporter()

export function tracerProvider(into = exporter, others = []) {
  return new TracerProvider({ spanProcessors: [...others, new SimpleSpanProcessor({ exporter: into })] })
}

export function newExporter() {
  return new InMemorySpanExporter()
}

export function startTracing(spanProcessors = []) {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(tracerProvider(exporter, spanProcessors))
}

/** Finished spans of queries, as `scope: name`; those of connections are left out. */
export function querySpans(from = exporter) {
  return from
    .getFinishedSpans()
    .filter(({ name }) => !/^pg(-pool)?\.(connect|acquire)$/.test(name))
    .map(({ name, instrumentationScope }) => `${instrumentationScope.name.replace(/^@[^/]+\//, '')}: ${name}`)
}

export function finishedSpans() {
  return exporter.getFinishedSpans()
}

export function reset() {
  exporter.reset()
}
