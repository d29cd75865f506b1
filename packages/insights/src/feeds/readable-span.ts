import type { Attributes, HrTime, Span, SpanContext } from '@opentelemetry/api'

/** The part of the SDK's spans that is read, in its lines 2.x and 3.x. Types only: no SDK is needed. */
export interface ReadableSpanLike {
  readonly name: string
  readonly kind: number
  readonly attributes: Attributes
  readonly startTime: HrTime
  readonly endTime: HrTime
  readonly status: { readonly code: number }
  readonly instrumentationScope: { readonly name: string }
  spanContext(): SpanContext
}

/** A span of the SDK that has not ended. */
export type StartedSpanLike = Span & ReadableSpanLike
