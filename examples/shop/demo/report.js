// @ts-check

/**
 * @typedef {import('@pgspan/insights').InsightsStatistics} Statistics
 * @typedef {import('pgspan').Finding} Finding
 * @typedef {import('../load/load.js').LoadResult} LoadResult
 * @typedef {{ kind: string, route: string, file: string, line: number, source: string | null }} PlantedFault
 * @typedef {{ route: string, sqlstate: string }} PlantedError
 * @typedef {{ faults: PlantedFault[], errors: PlantedError[] }} Planted
 * @typedef {{ findings: Finding[], statistics: Statistics, load: LoadResult, variant: 'faulty' | 'fixed', startedAt: string, planted: Planted }} Observed
 * @typedef {ReturnType<typeof makeReport>} Report
 */

/**
 * The report as data, by docs/report.schema.json.
 *
 * @param {Observed} observed
 */
export function makeReport({ findings, statistics, load, variant, startedAt, planted }) {
  const reported = findings.map(reportedFinding).sort(bySeverity)
  const errors = statistics.routes.flatMap(({ name, errors }) =>
    Object.entries(errors).map(([sqlstate, count]) => ({ route: name, sqlstate, count })),
  )
  return {
    version: 1,
    variant,
    startedAt,
    seconds: load.seconds,
    load: {
      requests: load.requests,
      failed: load.failed,
      routes: Object.entries(load.routes).map(([route, { requests, p50, p95 }]) => ({
        route,
        requests,
        p50Millis: p50,
        p95Millis: p95,
      })),
    },
    queries: {
      count: statistics.queries,
      failed: Object.values(statistics.failedQueries).reduce((sum, count) => sum + count, 0),
      p50Millis: statistics.p50Millis,
      p95Millis: statistics.p95Millis,
      perRequest: statistics.perUnit.queries,
    },
    pools: statistics.poolWaits.map(({ pool, count, totalMillis, maximumMillis }) => ({
      name: pool,
      requests: count,
      totalWaitMillis: totalMillis,
      longestWaitMillis: maximumMillis,
    })),
    findings: reported,
    errors,
    verdict: judge(reported, errors, variant === 'fixed' ? { faults: [], errors: [] } : planted),
  }
}

/** @param {Finding} finding */
function reportedFinding(finding) {
  const { id, kind, tier, severity, unit, title, statement, count, source, callSite, fix } = finding
  return {
    id,
    kind,
    ...(tier && { tier }),
    severity,
    route: unit,
    title,
    statement: statement || null,
    count,
    source: source?.column ?? null,
    file: callSite?.file ?? null,
    line: callSite?.line ?? null,
    fix,
  }
}

const severities = ['critical', 'warning', 'info']

/** @param {{ severity: string, route: string }} a @param {{ severity: string, route: string }} b */
function bySeverity(a, b) {
  return severities.indexOf(a.severity) - severities.indexOf(b.severity) || a.route.localeCompare(b.route)
}

/**
 * Compares what was found with what was planted. What is only `info` may be found besides.
 *
 * @param {ReturnType<typeof reportedFinding>[]} found
 * @param {{ route: string, sqlstate: string }[]} errors
 * @param {Planted} planted
 */
function judge(found, errors, planted) {
  const expected = [...planted.faults.map(describeFault), ...planted.errors.map(describeError)]
  const all = [...found.map(describeFault), ...errors.map(describeError)]
  const warnings = found.filter(({ severity }) => severity !== 'info').map(describeFault)
  const missing = expected.filter((fault) => !all.includes(fault))
  const unexpected = [...warnings, ...errors.map(describeError)].filter((fault) => !expected.includes(fault))
  return { passed: missing.length === 0 && unexpected.length === 0, missing, unexpected }
}

/** @param {{ kind: string, route: string, file: string | null, line: number | null, source: string | null }} fault */
function describeFault({ kind, route, file, line, source }) {
  return `${kind} at ${route}, ${file ?? 'no file'}:${line ?? 0}${source ? `, values from ${source}` : ''}`
}

/** @param {{ route: string, sqlstate: string }} error */
function describeError({ route, sqlstate }) {
  return `error ${sqlstate} at ${route}`
}
