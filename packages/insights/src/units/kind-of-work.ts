import { SpanKind } from '@opentelemetry/api'
import type { UnitOfWork } from '@pgspan/lifecycle'

/** Every kind of work that thresholds tell apart. */
export const kindsOfWork = ['http', 'job', 'trace', 'outside'] as const

/**
 * What somebody waits for, and what nobody does: requests (`http`, and traces whose local root span serves a request),
 * jobs (`job`: `runInUnitOfWork`, and traces whose local root span consumes a message), other traces, and queries
 * outside any unit of work.
 */
export type KindOfWork = (typeof kindsOfWork)[number]

/** Costs a comparison for requests and jobs. */
export function kindOfWork(unit: UnitOfWork | undefined): KindOfWork {
  if (unit === undefined) return 'outside'
  if (unit.kind !== 'trace') return unit.kind
  // An SDK's span knows its kind; the api's does not.
  const root = unit.rootSpan as { readonly kind?: unknown } | undefined
  if (root?.kind === SpanKind.SERVER) return 'http'
  return root?.kind === SpanKind.CONSUMER ? 'job' : 'trace'
}

/** The unit of work is the handling of one message, which its span says. */
export function servesMessage(unit: UnitOfWork | undefined): boolean {
  const root = unit?.rootSpan as { readonly kind?: unknown } | undefined
  return root?.kind === SpanKind.CONSUMER
}
