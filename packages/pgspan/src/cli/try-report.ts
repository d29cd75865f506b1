import type { FamilyStatistics, Finding, Insights } from '@pgspan/insights'

const topStatements = 5

/** What was seen of one process; plain data. */
export interface TryReport {
  readonly units: number
  readonly queries: number
  readonly failedQueries: number
  readonly p50Millis: number
  readonly p95Millis: number
  readonly findings: readonly Finding[]
  /** By total time. */
  readonly statements: readonly FamilyStatistics[]
}

export function reportOf(insights: Insights): TryReport {
  const { units, queries, failedQueries, p50Millis, p95Millis } = insights.statistics()
  return {
    units,
    queries,
    failedQueries: Object.values(failedQueries).reduce((sum, count) => sum + count, 0),
    p50Millis,
    p95Millis,
    findings: insights.findings(),
    statements: insights.topStatements('time', topStatements),
  }
}

/** Of all processes of an application: figures added up, quantiles of the busiest, findings each once. */
export function mergeReports(reports: readonly TryReport[]): TryReport {
  const sum = (figure: (report: TryReport) => number): number =>
    reports.reduce((total, report) => total + figure(report), 0)
  const busiest = [...reports].sort((one, other) => other.queries - one.queries)[0]
  const findings = new Map(reports.flatMap((report) => report.findings.map((each) => [each.id, each])))
  return {
    units: sum(({ units }) => units),
    queries: sum(({ queries }) => queries),
    failedQueries: sum(({ failedQueries }) => failedQueries),
    p50Millis: busiest?.p50Millis ?? 0,
    p95Millis: busiest?.p95Millis ?? 0,
    findings: [...findings.values()],
    statements: reports
      .flatMap(({ statements }) => statements)
      .sort((one, other) => other.totalMillis - one.totalMillis)
      .slice(0, topStatements),
  }
}
