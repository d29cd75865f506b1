import { createHash } from 'node:crypto'
import type { FamilyFigures, LogAnalysis, RouteFigures } from '../analysis/log-analysis.js'
import type { GroupFigures, NamedCount } from '../analysis/query-group.js'
import { chartScript, chartStyle } from './chart-library.js'
import { leading } from './group-order.js'
import { Html, html } from './html.js'
import { reportScript, reportStyle } from './report-script.js'
import { shownCount, shownMillis, shownShare, shownTime } from './shown.js'
import { queryText } from './text-report.js'

/** So many statements, requests and jobs are in the report of each order that they can be in. */
const shownGroups = 25

/**
 * A page that says what a log says: one file that needs no other and no network. Everything from the log is escaped, and
 * nothing runs or applies but what the page brings itself: its security policy names the hashes.
 */
export function htmlReport(analysis: LogAnalysis): string {
  const scripts = [chartScript, reportScript]
  const styles = [chartStyle, reportStyle]
  const policy = `default-src 'none'; script-src ${hashes(scripts)}; style-src ${hashes(styles)}; base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>Query log</title>
${styles.map((style) => new Html(`<style>${style}</style>\n`))}</head>
<body>
${bodyOf(analysis)}
<script type="application/json" id="data">${chartData(analysis)}</script>
${scripts.map((script) => new Html(`<script>${script}</script>\n`))}</body>
</html>
`.text
}

function hashes(texts: readonly string[]): string {
  return texts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`).join(' ')
}

/** Inside a script, only `<` could end it. */
function chartData({ timeline, all }: LogAnalysis): Html {
  const data = {
    timeline: [
      timeline.map(({ from }) => from / 1_000),
      timeline.map(({ count }) => count),
      timeline.map(({ failed }) => failed),
      timeline.map(({ totalMillis, count }) => totalMillis / count),
      timeline.map(({ maximumMillis }) => maximumMillis),
    ],
    bounds: all.histogram.map(({ from }) => shownMillis(from)),
    counts: all.histogram.map(({ count }) => count),
  }
  return new Html(JSON.stringify(data).replaceAll('<', '\\u003c'))
}

function bodyOf(analysis: LogAnalysis): Html {
  const { all, from, until, reasons, families, routes, timelineSeconds } = analysis
  return html`<h1>Query log</h1>
<p>${from === undefined || until === undefined ? 'No queries.' : `${shownTime(from)} to ${shownTime(until)} UTC`}${remarks(analysis)}</p>
<dl>${[
    figure('queries', shownCount(all.count)),
    figure('in total', shownMillis(all.totalMillis)),
    figure('mean', shownMillis(all.meanMillis)),
    figure('95 % took less than', shownMillis(all.p95Millis)),
    figure('maximum', shownMillis(all.maximumMillis)),
    figure('failed', shownCount(all.failed)),
    figure('waited for connections', shownMillis(all.poolWaitMillis)),
    figure('logged as', reasons.map(({ name, count }) => `${name} ${shownCount(count)}`).join(', ') || '–'),
  ]}</dl>
<h2>Over time</h2>
<p>Each bar is ${shownMillis(timelineSeconds * 1_000)}.</p>
<div id="over-time"></div>
<h2>How long they took</h2>
<div id="durations"></div>
<h2>Statements</h2>
<p>${shownCount(families.length)} of them; below are those that lead by any column.</p>
${tableOf('statement', families, all, familyCell)}
<h2>Requests and jobs</h2>
<p>${shownCount(routes.length)} of them; below are those that lead by any column.</p>
${tableOf('request or job', routes, all, routeCell)}`
}

function remarks({ lost, unreadable }: LogAnalysis): string {
  return [
    lost > 0 ? `; ${shownCount(lost)} entries were lost` : '',
    unreadable > 0 ? `; ${shownCount(unreadable)} lines could not be read` : '',
  ].join('')
}

function figure(name: string, value: string): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`
}

/** A body for each row: they are what is ordered. */
function tableOf<Group extends GroupFigures>(
  name: string,
  groups: readonly Group[],
  all: GroupFigures,
  cell: (group: Group) => Html,
): Html {
  const columns = ['total', 'share', 'mean', 'max', 'count', 'rows', 'failed']
  const heading = (column: string, n: number): Html =>
    html`<th${new Html(n === 0 ? ' aria-sort="descending"' : '')}><button type="button">${column}</button></th>`
  return html`<table><thead><tr><th>${name}</th>${columns.map(heading)}</tr></thead>
${leading(groups, shownGroups).map((group) => rowOf(group, all, cell(group)))}</table>`
}

function rowOf(group: GroupFigures, all: GroupFigures, first: Html): Html {
  const cell = (value: number, shown: string | Html): Html => html`<td data-figure="${value}">${shown}</td>`
  const { totalMillis: total, meanMillis, maximumMillis, count, rows, failed } = group
  const share = html`<meter max="${all.totalMillis}" value="${total}">${shownShare(total, all.totalMillis)}</meter>`
  return html`<tbody><tr><td>${first}</td>${[
    cell(total, shownMillis(total)),
    cell(total, share),
    cell(meanMillis, shownMillis(meanMillis)),
    cell(maximumMillis, shownMillis(maximumMillis)),
    cell(count, shownCount(count)),
    cell(rows, shownCount(rows)),
    cell(failed, shownCount(failed)),
  ]}</tr></tbody>
`
}

function familyCell(family: FamilyFigures): Html {
  const { summary, fingerprint, statement, slowest, units, callSites, errors } = family
  return html`<details><summary>${summary || fingerprint}</summary><pre>${statement}</pre>
${list('made by', units)}${list('at', callSites)}${list('failed with', errors)}
<p>The slowest:</p><pre>${slowest.map(queryText).join('\n')}</pre><p>${fingerprint}</p></details>`
}

function routeCell({ name, statements, slowest }: RouteFigures): Html {
  return html`<details><summary>${name}</summary>${list('statements', statements)}
<p>The slowest:</p><pre>${slowest.map(queryText).join('\n')}</pre></details>`
}

function list(name: string, counts: readonly NamedCount[]): Html {
  if (counts.length === 0) return html``
  const shown = counts.slice(0, 10).map((one) => `${one.name} (${shownCount(one.count)})`)
  return html`<p>${name} ${shown.join(', ')}${counts.length > 10 ? ` and ${counts.length - 10} more` : ''}</p>`
}
