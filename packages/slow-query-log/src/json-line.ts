import { type Attributes, isSpanContextValid, trace } from '@opentelemetry/api'
import type { LogEntry } from './log-entry.js'

/** An entry as fields: its attributes, what event it is, and the trace that it belongs to. */
export function fieldsOf({ eventName, attributes, context }: LogEntry): Attributes {
  const span = trace.getSpanContext(context)
  return {
    'event.name': eventName,
    ...(span !== undefined && isSpanContextValid(span) && { trace_id: span.traceId, span_id: span.spanId }),
    ...attributes,
  }
}

/** An entry as one line of JSON with its line end: `time` (ISO), `severity`, `body`, and its fields. */
export function jsonLine(entry: LogEntry): string {
  const { time, severity, body } = entry
  return `${JSON.stringify({ time: new Date(time).toISOString(), severity, body, ...fieldsOf(entry) })}\n`
}
