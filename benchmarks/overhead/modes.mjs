// What runs beside the queries, by name.
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { context, metrics, trace } from '@opentelemetry/api'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { requestOfHttp } from './http-requests.mjs'
import { startSdk } from './silent-sdk.mjs'

const require = createRequire(import.meta.url)

/**
 * What a mode does around the application's calls.
 *
 * @typedef {object} Mode
 * @property {(work: () => Promise<void>) => Promise<void>} request
 * @property {(n: number) => unknown} begin before the nth query of a request
 * @property {(n: number, begun: unknown) => void} end after it
 * @property {{ ended: number, description?: object }} latest
 * @property {() => Promise<object[]>} histograms
 */

/**
 * Modes, and which of them each is compared with. Nothing of dd-trace runs beside OpenTelemetry's SDK: its extra is
 * that over dd-trace without its plugin for pg.
 */
export const modes = {
  none: {},
  'none again': { base: 'none' },
  floor: { base: 'none' },
  pgspan: { base: 'none' },
  'pgspan with own metrics': { base: 'none' },
  'pgspan with insights': { base: 'none' },
  startPgspan: { base: 'none' },
  'pgspan with query log': { base: 'none' },
  'pgspan logging 1 %': { base: 'none' },
  'pgspan in http': { base: 'none' },
  'pgspan with headers': { base: 'none' },
  upstream: { base: 'none' },
  'dd-trace without pg': { lacks: 'no sdk' },
  'dd-trace': { base: 'dd-trace without pg', lacks: 'no sdk' },
}

/**
 * Starts a mode; before the driver is loaded.
 *
 * @param {string} name
 * @param {'sampled' | 'not sampled' | 'no sdk'} sdk
 * @param {object[] | undefined} telemetry what the floor records for each query of a request; see worker.mjs
 * @returns {Mode}
 */
export function startMode(name, sdk, telemetry) {
  if (name.startsWith('dd-trace')) return startDatadog(name === 'dd-trace', sdk)
  const hasInsights = name === 'pgspan with insights' || name === 'startPgspan'
  const processors = hasInsights ? [insightsProcessor()] : []
  const { latest, histograms } = startSdk(sdk, processors)
  if (name === 'upstream') instrument('@opentelemetry/instrumentation-pg')
  if (name === 'pgspan with own metrics' || name === 'startPgspan') aggregateMetrics()
  if (name.startsWith('pgspan') || name === 'startPgspan') instrument('@pgspan/instrumentation-pg')
  if (name === 'pgspan with query log') logQueries(0)
  if (name === 'pgspan logging 1 %') logQueries(0.01)
  if (name === 'pgspan with headers') sendHeaders()
  const request = hasInsights && sdk === 'no sdk' ? requestAsUnitOfWork() : requestAsSpan(isHttp(name))
  const around = name === 'floor' ? floor(telemetry) : { begin() {}, end() {} }
  return { request, ...around, latest, histograms }
}

function instrument(packageName) {
  const { PgInstrumentation } = require(packageName)
  registerInstrumentations({ instrumentations: [new PgInstrumentation()] })
}

/** As `startPgspan` does, whoever the metrics go to. */
function aggregateMetrics() {
  require('@pgspan/metrics-endpoint').createMetricProducer()
}

/** Slow and failed queries, of which there are none, and a share of the others, in files. */
function logQueries(sampleRate) {
  const { createQueryLog, toFiles } = require('@pgspan/slow-query-log')
  const directory = mkdtempSync(join(tmpdir(), 'pgspan-benchmark-'))
  process.once('exit', () => rmSync(directory, { recursive: true }))
  createQueryLog({ sampleRate, writers: [toFiles({ directory })] }).attach()
}

function insightsProcessor() {
  const { InsightsSpanProcessor } = require('@pgspan/insights')
  return new InsightsSpanProcessor({ console: false })
}

function requestAsSpan(isAnswered) {
  const tracer = trace.getTracer('application')
  return (work) =>
    tracer.startActiveSpan('request', async (span) => {
      await (isAnswered ? requestOfHttp(work) : work())
      span.end()
    })
}

/** Their requests are answered with a head, which the others' are not: to be compared with each other. */
function isHttp(name) {
  return name === 'pgspan in http' || name === 'pgspan with headers'
}

function sendHeaders() {
  const { sendDatabaseHeaders } = require('@pgspan/http')
  sendDatabaseHeaders({ authorize: () => true })
}

/** Without a trace it is the HTTP request or the job that makes a unit of work. */
function requestAsUnitOfWork() {
  const { runInUnitOfWork } = require('@pgspan/lifecycle')
  return (work) => runInUnitOfWork('request', work)
}

/**
 * The SDK's own calls for what ours records, and nothing else: nobody who records this much can be cheaper.
 *
 * Called beside each bare query: a span with the same attributes at its start and the same set later, and a record
 * with the same attributes in the same histograms.
 */
function floor(telemetry) {
  const tracer = trace.getTracer('floor')
  const meter = metrics.getMeter('floor')
  const made = new Map()
  const histogram = ({ name, ...options }) => {
    if (!made.has(name)) made.set(name, meter.createHistogram(name, options))
    return made.get(name)
  }
  const queries = telemetry.map(({ span, histograms }) => ({
    name: span.name,
    options: { kind: span.kind, attributes: span.begun },
    later: span.later,
    series: histograms.map(({ attributes, ...definition }) => [histogram(definition), attributes]),
  }))
  return {
    begin: (n) => tracer.startSpan(queries[n].name, queries[n].options, context.active()),
    end(n, begun) {
      const { later, series } = queries[n]
      if (begun.isRecording()) for (const [key, value] of later) begun.setAttribute(key, value)
      begun.end()
      for (const [histogram, attributes] of series) histogram.record(0.0001, attributes)
    },
  }
}

function startDatadog(hasPg, sdk) {
  process.env.DD_TRACE_AGENT_URL = 'http://127.0.0.1:9'
  process.env.DD_TRACE_SAMPLE_RATE = sdk === 'sampled' ? '1' : '0'
  process.env.DD_INSTRUMENTATION_TELEMETRY_ENABLED = 'false'
  process.env.DD_REMOTE_CONFIGURATION_ENABLED = 'false'
  process.env.DD_TRACE_STARTUP_LOGS = 'false'
  const tracer = require('dd-trace').init({ plugins: false, logger: silence })
  if (hasPg) tracer.use('pg', true)
  const latest = { ended: 0 }
  const request = (work) => tracer.trace('request', work)
  return { request, begin() {}, end() {}, latest, histograms: async () => [] }
}

/** Nobody listens at the address above, which dd-trace would tell again and again. */
const silence = { error() {}, warn() {}, info() {}, debug() {} }
