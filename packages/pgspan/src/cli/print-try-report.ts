import type { Finding } from '@pgspan/insights'
import type { TryReport } from './try-report.js'

const ranks = { critical: 2, warning: 1, info: 0 }
const shownFindings = 20
const width = 110

/** For people, on stdout: what was done, what was found, what took most. */
export function printTryReport(report: TryReport): void {
  process.stdout.write(`\n${linesOf(report).join('\n')}\n`)
}

function linesOf(report: TryReport): string[] {
  if (report.queries === 0) {
    return [
      'No query of the application was seen.',
      'If pg is inside a bundle, call instrumentPg(pg) of pgspan; else see that the application has queried its database.',
    ]
  }
  const perUnit = report.units === 0 ? '' : `, ${(report.queries / report.units).toFixed(1)} per request`
  const failed = report.failedQueries === 0 ? '' : `, ${report.failedQueries} failed`
  const findings = [...report.findings].sort(byWeight)
  return [
    `${report.units} requests, ${report.queries} queries${perUnit}${failed}; p50 ${millis(report.p50Millis)}, p95 ${millis(report.p95Millis)}`,
    '',
    findings.length === 0 ? 'Nothing was found.' : `Found, the gravest first (${findings.length}):`,
    ...findings.slice(0, shownFindings).flatMap(findingLines),
    ...(findings.length > shownFindings ? [`  … and ${findings.length - shownFindings} more`] : []),
    '',
    'Statements that took most:',
    ...report.statements.map(
      ({ totalMillis, count, summary, statement }) =>
        `  ${millis(totalMillis).padStart(9)}  ${String(count).padStart(6)} times  ${clipped(`${summary}: ${statement}`)}`,
    ),
  ]
}

function findingLines({ severity, kind, title, callSite, fix, count }: Finding): string[] {
  return [
    `  ${severity} ${kind}: ${title}`,
    ...(callSite === undefined ? [] : [`      at ${callSite.file}:${callSite.line}`]),
    `      ${fix}`,
    ...(count > 1 ? [`      seen ${count} times`] : []),
  ]
}

function byWeight(one: Finding, other: Finding): number {
  const savings = (finding: Finding): number =>
    finding.evidence.savedMillis ?? finding.evidence.totalMillis ?? 0
  return ranks[other.severity] - ranks[one.severity] || savings(other) - savings(one)
}

function millis(value: number): string {
  return value >= 1_000 ? `${(value / 1_000).toFixed(2)} s` : `${value.toFixed(1)} ms`
}

function clipped(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > width ? `${line.slice(0, width - 1)}…` : line
}
