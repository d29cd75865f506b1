import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type {
  ContractReport,
  ContractTelemetry,
  ExpectedSpan,
  ReportedSpan,
  ScenarioOutcome,
} from './contract-report.js'

/** Where the application connected to, as its spans must say it. */
export interface Target {
  readonly namespace: string
  readonly address: string
  readonly port: number
}

/** Made for waiting and connecting; without an error only if it took long, which a busy machine decides. */
const waits: ReadonlySet<string> = new Set(['pg.connect', 'pg-pool.acquire'])

/** The spans of queries that scenarios made. */
export function querySpansOf({ spans }: ContractTelemetry): readonly ReportedSpan[] {
  return spans.filter((span) => span.kind === SpanKind.CLIENT && !waits.has(span.name))
}

/** Of those, the ones whose number is no matter of chance: an administrator asks until there is an answer. */
export function judgedSpansOf(telemetry: ContractTelemetry): readonly ReportedSpan[] {
  return querySpansOf(telemetry).filter(({ caller }) => caller !== 'administrator')
}

/** Every scenario has its spans, as its own children, each ended once; in words what is not so. */
export function judgeSpans(
  report: ContractReport,
  telemetry: ContractTelemetry,
  target: Target,
): readonly string[] {
  const problems: string[] = []
  if (telemetry.open !== 0) problems.push(`${telemetry.open} spans have not ended`)
  const ids = new Set(telemetry.spans.map(({ id }) => id))
  if (ids.size !== telemetry.spans.length) problems.push('a span has ended twice')
  for (const scenario of report.outcomes) {
    const callers = [{ name: scenario.name, spans: scenario.expected.spans }, ...scenario.expected.callers]
    for (const { name, spans } of callers) {
      const seen = childrenOf(name, telemetry).filter((span) => !waits.has(span.name) || isFailed(span))
      problems.push(...compare(name, spans, seen, scenario, target))
    }
  }
  const orphans = querySpansOf(telemetry).filter(
    (span) => span.caller === undefined || !span.isOfCallersTrace,
  )
  for (const { name } of orphans) problems.push(`a span ${name} has no caller`)
  return problems
}

function childrenOf(caller: string, { spans }: ContractTelemetry): readonly ReportedSpan[] {
  return spans
    .filter((span) => span.caller === caller)
    .sort((a, b) => a.startedAt[0] - b.startedAt[0] || a.startedAt[1] - b.startedAt[1])
}

function isFailed({ attributes }: ReportedSpan): boolean {
  return attributes['error.type'] !== undefined
}

function compare(
  caller: string,
  expected: readonly ExpectedSpan[],
  seen: readonly ReportedSpan[],
  scenario: ScenarioOutcome,
  target: Target,
): readonly string[] {
  if (seen.length !== expected.length) {
    const names = seen.map(({ name }) => name).join(', ')
    return [`${caller}: ${expected.length} spans expected, ${seen.length} seen: ${names}`]
  }
  // Waiting and connecting end in an order of their own.
  const inOrder = expected.some(({ name = '' }) => waits.has(name))
    ? [...seen].sort((a, b) => expected.findIndex(named(a)) - expected.findIndex(named(b)))
    : seen
  return expected.flatMap((span, i) => {
    const other = inOrder[i]
    return other === undefined
      ? []
      : differences(span, other, scenario.outcome, i, target).map((text) => `${caller}: span ${i}: ${text}`)
  })
}

const named =
  (span: ReportedSpan) =>
  ({ name }: ExpectedSpan): boolean =>
    name === span.name

function differences(
  expected: ExpectedSpan,
  span: ReportedSpan,
  outcome: unknown,
  index: number,
  target: Target,
): readonly string[] {
  const { attributes } = span
  const error = expected.error === 'as seen' ? codeIn(outcome, index) : expected.error
  const facts: Record<string, readonly [seen: unknown, expected: unknown]> = {
    name: [span.name, expected.name ?? target.namespace],
    scope: [span.scope, '@pgspan/instrumentation-pg'],
    kind: [span.kind, SpanKind.CLIENT],
    'db.system.name': [attributes['db.system.name'], 'postgresql'],
    'error.type': [attributes['error.type'], error],
    'db.response.status_code': [
      attributes['db.response.status_code'],
      /^[0-9A-Z]{5}$/.test(error ?? '') ? error : undefined,
    ],
    status: [span.status.code, error === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR],
    'pgspan.abandoned': [attributes['pgspan.abandoned'], expected.abandoned],
    'pgspan.statement.name': [attributes['pgspan.statement.name'], expected.statement],
    // A pool whose server is not there leads elsewhere.
    ...(error !== 'ECONNREFUSED' && {
      'db.namespace': [attributes['db.namespace'], target.namespace],
      'server.address': [attributes['server.address'], target.address],
      'server.port': [attributes['server.port'], target.port],
    }),
    ...(expected.text !== undefined && { 'db.query.text': [attributes['db.query.text'], expected.text] }),
    ...(expected.rows !== undefined && {
      'db.response.returned_rows': [attributes['db.response.returned_rows'], expected.rows],
    }),
    ...(expected.rounds !== undefined && {
      'pgspan.fetch_rounds': [attributes['pgspan.fetch_rounds'], expected.rounds],
    }),
  }
  return Object.entries(facts)
    .filter(([, [seen, wanted]]) => seen !== wanted)
    .map(([fact, [seen, wanted]]) => `${fact} is ${seen}, not ${wanted}`)
}

/** The error that the application got for its query of this number, by the name that spans give it. */
function codeIn(outcome: unknown, index: number): string | undefined {
  const one = Array.isArray(outcome) ? outcome[index] : outcome
  const { error } = one as { error?: { code?: string; message: string } }
  if (error?.code !== undefined) return error.code
  if (error?.message.startsWith('Connection terminated')) return 'connection_terminated'
  if (error?.message.startsWith('Client has encountered a connection error')) return 'connection_error'
  return error?.message
}
