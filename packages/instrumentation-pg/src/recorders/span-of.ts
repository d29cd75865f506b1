import type { Span } from '@opentelemetry/api'
import type { QueryExecution } from '@pgspan/lifecycle'

/** The span that one recorder has made of a query; asked by what adds to that recorder's spans. */
export type SpanOf = (query: QueryExecution) => Span | undefined
