import type * as upstream from '@opentelemetry/instrumentation-pg'
import type * as sdkMetrics from '@opentelemetry/sdk-metrics'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import type { InsightsSpanProcessor } from '@pgspan/insights'
import type * as ours from '@pgspan/instrumentation-pg'
import type * as lifecycle from '@pgspan/lifecycle'
import type { MetricProducer } from '@pgspan/metrics-endpoint'
import type * as queryText from '@pgspan/query-text'
import type pg from 'pg'
import { expectTypeOf, test } from 'vitest'
import type { PgClient, PgPool } from '../packages/instrumentation-pg/src/driver/pg-shapes.js'

// Checked by the compiler when tests are type-checked; at run time there is nothing to see.

test('the shapes of query-text are those that lifecycle hands on', () => {
  expectTypeOf<queryText.QueryShape>().toExtend<lifecycle.QueryShape>()
  expectTypeOf<queryText.StatementKind>().toEqualTypeOf<lifecycle.StatementKind>()
  expectTypeOf<queryText.SlotRole>().toEqualTypeOf<lifecycle.SlotRole>()
  expectTypeOf<queryText.ParameterSlot>().toEqualTypeOf<lifecycle.ParameterSlot>()
})

test('what is patched is what the driver’s types describe', () => {
  expectTypeOf<pg.Pool>().toExtend<
    Pick<PgPool, 'totalCount' | 'idleCount' | 'waitingCount' | 'ending' | 'ended'>
  >()
  expectTypeOf<pg.Client>().toExtend<Pick<PgClient, 'user' | 'database' | 'port' | 'host'>>()
})

test('the span processor is one of the SDK’s', () => {
  expectTypeOf<InsightsSpanProcessor>().toExtend<SpanProcessor>()
})

test('the metric producer is one that the SDK’s readers take', () => {
  expectTypeOf<MetricProducer>().toExtend<sdkMetrics.MetricProducer>()
})

test('options that were written with upstream’s types fit, and so does the driver’s result', () => {
  type Refused = 'enhancedDatabaseReporting' | 'enableTraceContextPropagation'
  expectTypeOf<Omit<upstream.PgInstrumentationConfig, Refused>>().toExtend<ours.PgInstrumentationConfig>()
  expectTypeOf<pg.QueryResult>().toExtend<ours.PgQueryResult>()
})
