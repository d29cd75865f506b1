import { context, trace } from '@opentelemetry/api'
import {
  AlwaysOffSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { contextManager } from '../support/context-manager.js'

/** Registers an SDK 3.x, by the API that it needs, which samples this share of traces. */
export function traceShareWithSdk3(share: number): void {
  trace.disable()
  context.disable()
  const root = share === 0 ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(share)
  context.setGlobalContextManager(contextManager())
  trace.setGlobalTracerProvider(
    new TracerProvider({ sampler: new ParentBasedSampler({ root }), spanProcessors: [] }),
  )
}
