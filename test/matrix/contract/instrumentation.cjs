// `node --require ./instrumentation.cjs app.cjs`
const api = require('@opentelemetry/api')
const { AggregationTemporality, PeriodicExportingMetricReader } = require('@opentelemetry/sdk-metrics')
const { NodeSDK } = require('@opentelemetry/sdk-node')
const { InsightsSpanProcessor } = require('@pgspan/insights')
const { PgInstrumentation } = require('@pgspan/instrumentation-pg')
const { observe } = require('./observe.cjs')

observe({
  api,
  AggregationTemporality,
  InsightsSpanProcessor,
  NodeSDK,
  PeriodicExportingMetricReader,
  PgInstrumentation,
})
