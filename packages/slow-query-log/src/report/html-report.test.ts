import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { chartLibraryFile } from '../../../../scripts/chart-library.mjs'
import { findProgram } from '../../../../test/support/programs.js'
import { analyseLog } from '../analysis/log-analysis.js'
import type { LogBatch } from '../analysis/logged-query.js'
import { htmlReport } from './html-report.js'
import { familiesText, familyText, queryText, routesText } from './text-report.js'

const hostile = `</script><script>document.title='pwned'</script><img src=x onerror="document.title='pwned'">"'&\u001b[31m\u202e`

async function* hostileLog(): AsyncGenerator<LogBatch> {
  const query = {
    reason: hostile,
    poolWaitMillis: 0,
    queueMillis: 0,
    rows: 1,
    error: hostile,
    summary: hostile,
    statement: hostile,
    unit: hostile,
    traceId: hostile,
    callSite: hostile,
    database: hostile,
  }
  const queries = Array.from({ length: 40 }, (_, n) => ({
    ...query,
    time: Date.UTC(2026, 10, 21, 12, n),
    millis: 50 * (n + 1),
    fingerprint: `${hostile}${n}`,
  }))
  yield { queries, lost: 3, unreadable: 1 }
}

const chromium = findProgram('chromium')

test.skipIf(chromium === undefined)(
  'a browser draws the charts, and runs nothing that came out of the log',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pgspan-report-'))
    const page = join(folder, 'report.html')
    await writeFile(page, htmlReport(await analyseLog(hostileLog())))
    const { stdout, stderr } = await promisify(execFile)(
      chromium as string,
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--enable-logging=stderr',
        `--user-data-dir=${join(folder, 'profile')}`,
        '--dump-dom',
        `file://${page}`,
      ],
      { maxBuffer: 2 ** 26, timeout: 60_000 },
    )
    await rm(folder, { recursive: true, force: true })
    expect(stdout).toContain('<title>Query log</title>')
    expect(stdout.match(/<canvas/g)).toHaveLength(2)
    expect(stdout).not.toContain('<img')
    expect(stdout).toContain('40 of them; below are those that lead by any column')
    // What the security policy refused, and errors of scripts, are told on the console.
    expect(stderr).not.toContain('CONSOLE')
  },
  60_000,
)

test('the page asks for nothing from elsewhere, and its scripts are those that its policy names', async () => {
  const page = htmlReport(await analyseLog(hostileLog()))
  expect(page).toMatch(/default-src &#39;none&#39;; script-src &#39;sha256-.*; style-src &#39;sha256-/)
  expect(page).not.toMatch(/(?:src|href)="/)
  expect(page.match(/<script/g)).toHaveLength(3)
  expect(page).toContain('3 entries were lost; 1 lines could not be read')
})

test('an empty log makes a page, too', async () => {
  expect(htmlReport(await analyseLog((async function* () {})()))).toContain('No queries.')
})

test('what is printed on a terminal has no control characters, whatever the log holds', async () => {
  const { families, routes, all } = await analyseLog(hostileLog())
  const [family] = families
  const [query] = family?.slowest ?? []
  if (family === undefined || query === undefined) throw new Error('there are queries in the log')
  const printed = [
    familiesText(families, all.totalMillis),
    routesText(routes, all.totalMillis),
    familyText(family, all.totalMillis),
    queryText(query),
  ].join('\n')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(/[\u0000-\u0009\u000b-\u001f\u202e]/.test(printed)).toBe(false)
})

test('the chart library is the one that is installed', () => {
  expect(readFileSync(new URL('./chart-library.ts', import.meta.url), 'utf8')).toBe(chartLibraryFile())
})
