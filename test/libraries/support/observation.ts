/**
 * What an application loads first: an SDK, the instrumentation of pg, and insights. A test of a library imports this
 * before the library, and asks it what was seen.
 */
import { DiagLogLevel, diag, type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { createInsights, type Finding, type FindingKind, InsightsSpanProcessor } from '@pgspan/insights'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { afterAll, afterEach, beforeEach, expect } from 'vitest'
import { useTelemetry } from '../../support/telemetry.js'

const insights = createInsights({ slowQueryMillis: 20 })
/** Takes longer than what is slow here, and is known by its name wherever a library puts it. */
export const slowSql = 'SELECT pg_sleep(0.15)'

const openSpans = new Set<unknown>()
const telemetry = useTelemetry({
  spanProcessors: [
    new InsightsSpanProcessor(insights),
    {
      onStart: (span) => openSpans.add(span),
      onEnd: (span) => openSpans.delete(span),
      forceFlush: async () => {},
      shutdown: async () => {},
    },
  ],
})
// Every statement is to be seen, also one that is quiet as long as it is fast.
registerInstrumentations({ instrumentations: [new PgInstrumentation({ beginSpans: 'always' })] })

/** Rejections that nobody handles, warnings of Node such as too many listeners, warnings and errors of our own. */
const complaints: string[] = []
const toleratedComplaints: RegExp[] = []
process.on('unhandledRejection', (reason) => complaints.push(`unhandled rejection: ${reason}`))
process.on('warning', (warning) => complaints.push(`${warning.name}: ${warning.message}`))
const complain = (message: string, ...details: unknown[]): void => {
  complaints.push([message, ...details].join(' '))
}
const ignore = (): void => {}
diag.setLogger(
  { error: complain, warn: complain, info: ignore, debug: ignore, verbose: ignore },
  { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
)

/** For what a library does wrong by itself. */
export function tolerate(complaint: RegExp): void {
  toleratedComplaints.push(complaint)
}

beforeEach(() => telemetry.reset())
afterEach(async () => {
  // Unhandled rejections and warnings are told when the event loop turns.
  await new Promise((resolve) => setImmediate(resolve))
  const untolerated = complaints.filter((text) => !toleratedComplaints.some((known) => known.test(text)))
  complaints.length = 0
  expect(untolerated).toEqual([])
})
// Registered before the hooks of a test file, so it runs after they have closed what they had opened.
afterAll(() => {
  expect([...openSpans].map((span) => (span as ReadableSpan).name)).toEqual([])
})

/** What became of one request. */
export interface Outcome<Result> {
  readonly result: Result | undefined
  readonly error: unknown
  /** The queries that are children of the request's span, in the order of their start; see {@link summaries}. */
  readonly queries: readonly string[]
  readonly spans: readonly ReadableSpan[]
}

/** Runs `work` inside a root span, as a request's or a job's, which is named after the test. */
export async function request<Result>(work: () => PromiseLike<Result>): Promise<Outcome<Result>> {
  let result: Result | undefined
  let error: unknown
  const root = trace
    .getTracer('application')
    .startActiveSpan(unitName(), { root: true }, async (span: Span) => {
      try {
        result = await work()
      } catch (thrown) {
        error = thrown
      }
      span.end()
      return span.spanContext()
    })
  const { spanId, traceId } = await root
  const spans = querySpans().filter(({ parentSpanContext }) => parentSpanContext?.spanId === spanId)
  expect(spans.filter((span) => span.spanContext().traceId !== traceId)).toEqual([])
  return { result, error, spans, queries: summaries(spans) }
}

/**
 * Runs twenty requests at once, each with its number from 1, and expects of each that it made `queries`, and of all
 * together that they made nothing else.
 */
export async function expectOfTwentyRequests<Result>(
  queries: readonly string[],
  work: (number: number) => PromiseLike<Result>,
): Promise<(Result | undefined)[]> {
  const numbers = Array.from({ length: 20 }, (_, index) => index + 1)
  const outcomes = await Promise.all(numbers.map((number) => request(() => work(number))))
  expect(outcomes.map(({ error }) => error)).toEqual(numbers.map(() => undefined))
  expect(outcomes.map((outcome) => outcome.queries)).toEqual(numbers.map(() => queries))
  expect(querySpans()).toHaveLength(20 * queries.length)
  return outcomes.map(({ result }) => result)
}

/** Every query span that has ended since the test began, whosoever it is. */
export function querySpans(): ReadableSpan[] {
  return telemetry
    .spans()
    .filter(({ instrumentationScope }) => instrumentationScope.name === '@pgspan/instrumentation-pg')
    .filter(({ name }) => name !== 'pg-pool.acquire' && name !== 'pg.connect')
    .sort((one, other) => one.startTime[0] - other.startTime[0] || one.startTime[1] - other.startTime[1])
}

/** Queries of the library's own, outside every request. */
export function orphans(): string[] {
  return summaries(querySpans().filter(({ parentSpanContext }) => parentSpanContext === undefined))
}

/** `SELECT person`, and ` failed: 23505` if it did. */
export function summaries(spans: readonly ReadableSpan[]): string[] {
  return spans.map(({ name, status, attributes }) =>
    status.code === SpanStatusCode.ERROR ? `${name} failed: ${attributes['error.type']}` : name,
  )
}

/** Findings of this test, the first one first. */
export function findings(kind: FindingKind): Finding[] {
  insights.flush()
  return insights
    .findings()
    .filter((finding) => finding.kind === kind && finding.unit === unitName())
    .reverse()
}

/** The code that findings of this test name; of slow queries only those that sleep: others depend on the machine. */
export function places(
  kind: FindingKind,
): { file?: string; line?: number; functionName?: string | undefined }[] {
  return findings(kind)
    .filter(({ statement }) => kind !== 'slow_query' || statement.includes('pg_sleep'))
    .map(({ callSite }) => {
      if (callSite === undefined) return {}
      const { file, line, functionName } = callSite
      return { file, line, functionName }
    })
}

function unitName(): string {
  return expect.getState().currentTestName ?? ''
}
