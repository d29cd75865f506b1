import type { ContractReport, ContractTelemetry, Histogram, Metrics } from './contract-report.js'
import { querySpansOf } from './judge-spans.js'

/** Metrics say what the pools say of themselves, and count every query; in words what is not so. */
export function judgeMetrics(
  report: ContractReport,
  telemetry: ContractTelemetry,
  pool: string,
): readonly string[] {
  const { totals, outcomes } = report
  const sumOfScenarios = (what: 'timeouts' | 'unsent'): number =>
    outcomes.reduce((sum, { expected }) => sum + expected[what], 0)
  const { metrics } = telemetry
  const figures: Record<string, readonly [seen: number, expected: number]> = {
    'db.client.operation.duration': [
      countOf(metrics, 'db.client.operation.duration'),
      querySpansOf(telemetry).length + sumOfScenarios('unsent'),
    ],
    'db.client.connection.wait_time': [
      countOf(metrics, 'db.client.connection.wait_time', pool),
      totals.acquired,
    ],
    'db.client.connection.use_time': [
      countOf(metrics, 'db.client.connection.use_time', pool),
      totals.acquired,
    ],
    'db.client.connection.create_time': [
      countOf(metrics, 'db.client.connection.create_time', pool),
      totals.opened,
    ],
    'db.client.connection.timeouts': [
      sumOf(metrics, 'db.client.connection.timeouts', pool),
      sumOfScenarios('timeouts'),
    ],
  }
  const problems = Object.entries(figures)
    .filter(([, [seen, expected]]) => seen !== expected)
    .map(([name, [seen, expected]]) => `${name} is ${seen}, not ${expected}`)
  return [...problems, ...judgeStates(report, pool)]
}

/** The gauges of a pool at each of the moments that a scenario noted. */
function judgeStates({ outcomes }: ContractReport, pool: string): readonly string[] {
  return outcomes.flatMap(({ name, notes }) =>
    notes.flatMap(({ truth, metrics = {} }, i) => {
      const state = (wanted: string): number => sumOf(metrics, 'db.client.connection.count', pool, wanted)
      const seen: Record<string, number> = {
        used: state('used'),
        idle: state('idle'),
        connecting: state('connecting'),
        pending: sumOf(metrics, 'db.client.connection.pending_requests', pool),
        limit: sumOf(metrics, 'db.client.connection.limit', pool),
      }
      return JSON.stringify(seen) === JSON.stringify(truth)
        ? []
        : [`${name}, look ${i}: ${JSON.stringify(seen)}, not ${JSON.stringify(truth)}`]
    }),
  )
}

function pointsOf(metrics: Metrics, name: string, pool: string | undefined): Metrics[string] {
  return (metrics[name] ?? []).filter(
    ({ attributes }) => pool === undefined || attributes['db.client.connection.pool.name'] === pool,
  )
}

function countOf(metrics: Metrics, name: string, pool?: string): number {
  return pointsOf(metrics, name, pool).reduce((sum, { value }) => sum + (value as Histogram).count, 0)
}

function sumOf(metrics: Metrics, name: string, pool: string, state?: string): number {
  const points = pointsOf(metrics, name, pool).filter(
    ({ attributes }) => state === undefined || attributes['db.client.connection.state'] === state,
  )
  return points.reduce((sum, { value }) => sum + (value as number), 0)
}
