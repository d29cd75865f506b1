import { SpanStatusCode, trace } from '@opentelemetry/api'

/** Runs `work` in a root span of the SDK that is registered; what it throws is thrown. */
export function startTrace<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  return trace.getTracer('application').startActiveSpan(name, { root: true }, async (span) => {
    try {
      return await work()
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })
}

/** Runs `work` in a span below the active one, as libraries do for what they are asked to do. */
export function inSpan<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  return trace.getTracer('application').startActiveSpan(name, async (span) => {
    try {
      return await work()
    } finally {
      span.end()
    }
  })
}
