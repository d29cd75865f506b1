import type { ContractReport, ContractTelemetry } from './contract-report.js'
import { judgeMetrics } from './judge-metrics.js'
import { judgeSpans, querySpansOf, type Target } from './judge-spans.js'

/** One run of the contract in a process of its own. */
export interface ContractRun {
  readonly report: ContractReport
  /** What the process wrote there, without its process id. */
  readonly stderr: string
}

/** Whether the observed run kept the contract: the bare driver's behaviour, and true telemetry. In words what is not so. */
export function judge(
  bare: ContractRun,
  observed: ContractRun,
  target: Target,
  makesEvents: boolean,
): readonly string[] {
  const { telemetry } = observed.report
  if (telemetry === undefined) return ['nobody watched the driver']
  return [
    ...(observed.report.isSameModule ? [] : ['import and require gave different drivers']),
    ...judgeBehaviour(bare, observed),
    ...judgeSpans(observed.report, telemetry, target),
    ...judgeMetrics(observed.report, telemetry, target.namespace),
    ...judgeExceptions(telemetry),
    ...judgeFindings(observed.report, telemetry, makesEvents),
    ...(JSON.stringify(telemetry).includes('a secret') ? ['a literal has left the process'] : []),
    ...telemetry.complaints.map((text) => `OpenTelemetry says: ${text}`),
  ]
}

/** Results, errors with their stacks, order, and warnings are those of the bare driver. */
function judgeBehaviour(bare: ContractRun, observed: ContractRun): readonly string[] {
  const problems: string[] = []
  for (const [i, { name, outcome }] of bare.report.outcomes.entries()) {
    if (hasFailed(outcome)) problems.push(`${name}: failed by itself: ${JSON.stringify(outcome)}`)
    const other = observed.report.outcomes[i]?.outcome
    if (JSON.stringify(outcome) !== JSON.stringify(other)) {
      problems.push(`${name}: bare ${JSON.stringify(outcome)}, observed ${JSON.stringify(other)}`)
    }
  }
  const totals = [bare, observed].map(({ report }) => JSON.stringify(report.totals))
  if (totals[0] !== totals[1]) problems.push(`the pools did ${totals[1]}, bare ${totals[0]}`)
  const warnings = [bare, observed].map(({ report }) => report.warnings.join('\n'))
  if (warnings[0] !== warnings[1]) problems.push(`warnings ${warnings[1]}, bare ${warnings[0]}`)
  if (bare.stderr !== observed.stderr) problems.push(`stderr ${observed.stderr}, bare ${bare.stderr}`)
  return problems
}

function hasFailed(outcome: unknown): boolean {
  return typeof outcome === 'object' && outcome !== null && 'scenarioFailed' in outcome
}

/** Each query that failed has one log event, in its span. */
function judgeExceptions(telemetry: ContractTelemetry): readonly string[] {
  return querySpansOf(telemetry).flatMap(({ id, name, caller, attributes }) => {
    const seen = telemetry.events
      .filter(({ eventName, spanId }) => eventName === 'db.client.operation.exception' && spanId === id)
      .map((event) => event.attributes['error.type'])
    const error = attributes['error.type']
    const expected = error === undefined ? [] : [error]
    return seen.join() === expected.join()
      ? []
      : [`${caller}: exception events of ${name}: ${seen}, not ${expected}`]
  })
}

/** What a scenario must be told of stands on its root span, in the metrics and in the logs. */
function judgeFindings(
  { outcomes }: ContractReport,
  { spans, metrics, events }: ContractTelemetry,
  makesEvents: boolean,
): readonly string[] {
  const problems: string[] = []
  for (const { name, expected } of outcomes) {
    const kinds = spans.find((span) => span.name === name)?.attributes['pgspan.findings.kinds'] ?? []
    for (const kind of ['n_plus_one', ...expected.findings]) {
      const isExpected = expected.findings.includes(kind)
      if (Array.isArray(kinds) && kinds.some((one) => one === kind) !== isExpected)
        problems.push(`${name}: ${kind} is ${isExpected ? 'not ' : ''}on the root span`)
    }
  }
  for (const kind of new Set(outcomes.flatMap(({ expected }) => expected.findings))) {
    const points = metrics['pgspan.findings'] ?? []
    if (!points.some(({ attributes }) => attributes['pgspan.finding.kind'] === kind))
      problems.push(`${kind} is not counted by pgspan.findings`)
    const hasEvent = events.some(
      ({ eventName, attributes }) =>
        eventName === 'pgspan.finding' && attributes['pgspan.finding.kind'] === kind,
    )
    if (hasEvent !== makesEvents) {
      problems.push(
        `${kind}: ${hasEvent ? 'its event arrives now: it is a gap no more' : 'no event in the logs'}`,
      )
    }
  }
  return problems
}
