// @ts-check
import { styleText } from 'node:util'

/**
 * @typedef {import('./report.js').Report} Report
 * @typedef {Report['findings'][number]} ReportedFinding
 */

/** @type {Record<string, string>} */
const headings = {
  n_plus_one: 'N+1',
  duplicate_query: 'same query again',
  slow_query: 'slow query',
  pool_wait: 'wait for the pool',
  repeated_query: 'repeated query',
}

/**
 * Prints a report for a person.
 *
 * @param {Report} report
 * @param {{ color: boolean }} options
 */
export function printReport(report, { color }) {
  const style = (/** @type {Parameters<typeof styleText>[0]} */ format, /** @type {string} */ text) =>
    color ? styleText(format, text) : text
  const lines = [
    '',
    `${report.load.requests} requests in ${report.seconds.toFixed(1)} s, ${report.queries.count} queries (${report.queries.perRequest.toFixed(1)} per request), ${report.queries.failed} failed`,
    `query execution: p50 ${millis(report.queries.p50Millis)}, p95 ${millis(report.queries.p95Millis)}`,
    ...report.pools.map(
      ({ name, requests, totalWaitMillis, longestWaitMillis }) =>
        `pool ${name}: ${requests} connections asked for, ${millis(totalWaitMillis / requests)} waited on average, ${millis(longestWaitMillis)} at most`,
    ),
  ]
  for (const finding of report.findings) lines.push('', ...findingLines(finding, style))
  for (const { route, sqlstate, count } of report.errors) {
    lines.push('', `${style('red', 'error')}  ${style('bold', route)}: SQLSTATE ${sqlstate}, ${count} times`)
  }
  lines.push('', ...verdictLines(report, style), '')
  process.stdout.write(lines.join('\n'))
}

/**
 * @param {ReportedFinding} finding
 * @param {(format: 'bold' | 'red' | 'green' | 'yellow' | 'cyan' | 'dim', text: string) => string} style
 */
function findingLines(finding, style) {
  const { kind, tier, severity, route, title, statement, count, source, file, line, fix } = finding
  const heading = style(
    severity === 'info' ? 'dim' : 'yellow',
    `${headings[kind] ?? kind.replaceAll('_', ' ')}${tier ? `, ${tier}` : ''}`,
  )
  return [
    `${heading}  ${style('bold', route)}`,
    `  ${title}`,
    ...(statement ? [`  ${style('cyan', shortened(statement))}`] : []),
    ...(source ? [`  values from ${source}`] : []),
    ...(file ? [`  at ${style('bold', `${file}:${line}`)}`] : []),
    ...fix.split('\n').map((text, i) => (i === 0 ? `  ${style('green', 'fix')} ${text}` : `      ${text}`)),
    style('dim', `  seen in ${count} ${count === 1 ? 'request' : 'requests'}, ${finding.id}`),
  ]
}

/**
 * @param {Report} report
 * @param {(format: 'red' | 'green', text: string) => string} style
 */
function verdictLines({ verdict, variant }, style) {
  const { passed, missing, unexpected } = verdict
  if (passed) {
    const mended = '✓ nothing to warn about: the faults are mended'
    const found = '✓ all planted faults found, and nothing else to warn about'
    return [style('green', variant === 'fixed' ? mended : found)]
  }
  return [
    ...missing.map((text) => style('red', `✗ planted, and not found: ${text}`)),
    ...unexpected.map((text) => style('red', `✗ found, and not planted: ${text}`)),
  ]
}

/** @param {number} value */
function millis(value) {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`
}

/** @param {string} text */
function shortened(text) {
  return text.length <= 140 ? text : `${text.slice(0, 139)}…`
}
