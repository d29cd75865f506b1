import type { DurationBar } from '../analysis/duration-histogram.js'
import type { FamilyFigures, LogAnalysis, RouteFigures } from '../analysis/log-analysis.js'
import type { LoggedQuery } from '../analysis/logged-query.js'
import type { GroupFigures, NamedCount } from '../analysis/query-group.js'
import { shownCount, shownMillis, shownShare, shownText, shownTime } from './shown.js'

const statementWidth = 160

/** One line on a whole log. */
export function summaryText({ all, from, until, lost, unreadable }: LogAnalysis): string {
  if (from === undefined || until === undefined) return `no queries${remarks(lost, unreadable)}\n`
  const figures = `${shownCount(all.count)} queries, ${shownMillis(all.totalMillis)} in total, ${shownCount(all.failed)} failed`
  return `${figures}; ${shownTime(from)} to ${shownTime(until)} UTC${remarks(lost, unreadable)}\n`
}

function remarks(lost: number, unreadable: number): string {
  return [
    lost > 0 ? `; ${shownCount(lost)} entries were lost` : '',
    unreadable > 0 ? `; ${shownCount(unreadable)} lines could not be read` : '',
  ].join('')
}

/** Families one below the other, with where each came from. */
export function familiesText(families: readonly FamilyFigures[], total: number): string {
  return families
    .map((family) =>
      lines([
        `${figuresText(family, total)}  ${shownText(family.summary)}  ${shownText(family.fingerprint)}`,
        `  ${shownText(family.statement, statementWidth)}`,
        `  ${namesText(family.units, 3)}${family.callSites.length > 0 ? `  at ${namesText(family.callSites, 2)}` : ''}`,
      ]),
    )
    .join('\n')
}

export function routesText(routes: readonly RouteFigures[], total: number): string {
  return routes
    .map((route) =>
      lines([
        `${figuresText(route, total)}  ${shownText(route.name)}`,
        `  ${namesText(route.statements, 3)}`,
      ]),
    )
    .join('\n')
}

/** Everything on one family. */
export function familyText(family: FamilyFigures, total: number): string {
  const { histogram, slowest, errors, p50Millis, p95Millis, poolWaitMillis, queueMillis } = family
  return lines([
    `${shownText(family.summary)}  ${shownText(family.fingerprint)}`,
    '',
    shownText(family.statement),
    '',
    figuresText(family, total),
    `half took less than ${shownMillis(p50Millis)}, 95 % less than ${shownMillis(p95Millis)}`,
    `waited for a connection ${shownMillis(poolWaitMillis)}, on the client ${shownMillis(queueMillis)}, in total`,
    ...(errors.length > 0 ? [`failed with ${namesText(errors, 10)}`] : []),
    `made by ${namesText(family.units, 10)}`,
    ...(family.callSites.length > 0 ? [`at ${namesText(family.callSites, 10)}`] : []),
    '',
    ...histogramLines(histogram),
    '',
    'the slowest:',
    ...slowest.map((query) => `  ${queryText(query)}`),
  ])
}

/** One query in one line. */
export function queryText(query: LoggedQuery): string {
  const { time, millis, error, summary, fingerprint, unit, callSite, traceId, rows, poolWaitMillis } = query
  return [
    shownTime(time),
    shownMillis(millis).padStart(8),
    ...(poolWaitMillis >= 1 ? [`waited ${shownMillis(poolWaitMillis)}`] : []),
    ...(error === undefined ? [`${shownCount(rows)} rows`] : [`failed ${shownText(error)}`]),
    shownText(summary || fingerprint),
    ...(unit === undefined ? [] : [shownText(unit)]),
    ...(callSite === undefined ? [] : [shownText(callSite)]),
    ...(traceId === undefined ? [] : [`trace ${shownText(traceId)}`]),
  ].join('  ')
}

function figuresText(group: GroupFigures, total: number): string {
  return [
    `${shownMillis(group.totalMillis)} (${shownShare(group.totalMillis, total)})`,
    `${shownCount(group.count)} times`,
    `mean ${shownMillis(group.meanMillis)}`,
    `max ${shownMillis(group.maximumMillis)}`,
    `${shownCount(group.rows)} rows`,
    ...(group.failed > 0 ? [`${shownCount(group.failed)} failed`] : []),
  ].join('  ')
}

function histogramLines(bars: readonly DurationBar[]): string[] {
  const most = Math.max(1, ...bars.map(({ count }) => count))
  return bars.map(({ from, count }) => {
    const bar = '#'.repeat(Math.ceil((40 * count) / most))
    return `${`from ${shownMillis(from)}`.padStart(14)}  ${bar.padEnd(40)}  ${shownCount(count)}`
  })
}

function namesText(names: readonly NamedCount[], most: number): string {
  const shown = names.slice(0, most).map(({ name, count }) => `${shownText(name, 80)} (${shownCount(count)})`)
  const more = names.length - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`
}
