import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AlwaysOffSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'

/** Registers an SDK 2.x that samples this share of traces, in place of the one before. */
export function traceShare(share: number): void {
  trace.disable()
  context.disable()
  const root = share === 0 ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(share)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(
    new TracerProvider({ sampler: new ParentBasedSampler({ root }), spanProcessors: [] }),
  )
}

/** No SDK. */
export function traceNothing(): void {
  trace.disable()
  context.disable()
}
