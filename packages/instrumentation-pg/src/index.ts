export { declareHold } from './driver/declare-hold.js'
export { hookPg } from './hook-pg.js'
export type {
  PgConnectionHookInformation,
  PgHookConnection,
  PgInstrumentationConnectionHook,
  PgInstrumentationExecutionRequestHook,
  PgInstrumentationExecutionResponseHook,
  PgQueryResult,
  PgRequestHookInformation,
  PgResponseHookInformation,
  PgResultField,
  QueryParameterRedaction,
  SqlCommentTagsOf,
  TraceQueryQuestion,
} from './hook-types.js'
export { instrumentClient, instrumentPg, instrumentPool, type PoolOptions } from './instrument.js'
export type { PgInstrumentationConfig } from './options.js'
export { PgInstrumentation } from './pg-instrumentation.js'
export type { SpanRule } from './recorders/acquire-and-connect-spans.js'

// For packages of pgspan that record metrics of their own.
export { Instruments } from './recorders/instruments.js'
export { type Observables, ObservedMetrics } from './recorders/observed-metrics.js'
export { hotPoolAttributes } from './recorders/pool-attributes.js'
