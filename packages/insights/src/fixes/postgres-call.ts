import { SpanKind } from '@opentelemetry/api'
import type { ReadableSpanLike } from '../feeds/readable-span.js'

/**
 * True for a span that says it is a call to PostgreSQL. The conventions want CLIENT for its kind; instrumentations of
 * postgres.js leave it out, which is INTERNAL.
 */
export function isPostgresCall({ kind, attributes }: ReadableSpanLike): boolean {
  if (!mayBeCall(kind)) return false
  const system = attributes['db.system.name'] ?? attributes['db.system']
  return system === 'postgresql' || system === 'postgres'
}

export function mayBeCall(kind: number | undefined): boolean {
  return kind === SpanKind.CLIENT || kind === SpanKind.INTERNAL
}
