// `node --import ./instrumentation.mjs app.mjs`
import * as api from '@opentelemetry/api'
import { AggregationTemporality, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { InsightsSpanProcessor } from '@pgspan/insights'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { observe } from './observe.cjs'

observe({
  api,
  AggregationTemporality,
  InsightsSpanProcessor,
  NodeSDK,
  PeriodicExportingMetricReader,
  PgInstrumentation,
})
