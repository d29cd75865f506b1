// @ts-check
// Takes pictures of the dashboards in docs/images/, with what a real Prometheus has of real shops: `npm run docs:dashboards`,
// with Prometheus and Chromium on the machine. The layout, the queries and the units are the dashboards'; the drawing is
// ours, not Grafana's.
import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { dashboardSpecs, grafanaDashboard } from '@pgspan/dashboards'
import { chromium } from 'playwright-core'
import { observeShops } from './observed-shops/observe-shops.mjs'
import { panelData } from './observed-shops/panel-data.mjs'
import { situations } from './observed-shops/situations.mjs'

const images = fileURLToPath(new URL('../docs/images/', import.meta.url))
const require = createRequire(new URL('../packages/inspector/package.json', import.meta.url))

/** The services that each dashboard is taken of, as its viewer would choose them. */
const chosen = /** @type {Readonly<Record<string, readonly string[]>>} */ ({
  'pgspan-overview': ['shop', 'pool_exhausted', 'errors', 'slow_queries', 'n_plus_one', 'database_down'],
  'pgspan-pools': [
    'shop',
    'pool_exhausted',
    'leak',
    'deadlock',
    'dirty_release',
    'churn',
    'server_figures',
    'database_down',
  ],
  'pgspan-queries': ['shop', 'errors', 'slow_queries'],
  'pgspan-insights': ['shop', 'n_plus_one', 'slow_queries', 'leak', 'deadlock', 'dirty_release'],
})

const run = await observeShops({
  program: 'prometheus',
  situations,
  calmSeconds: 45,
  faultSeconds: 75,
  timeScale: 1 / 60,
  say: (text) => process.stderr.write(`${text}\n`),
})
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
try {
  await mkdir(images, { recursive: true })
  for (const spec of dashboardSpecs('spec')) await takePicture(spec)
} finally {
  await browser.close()
  await run.stop()
}

/** @param {import('@pgspan/dashboards').DashboardSpec} spec */
async function takePicture(spec) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  page.on('pageerror', (error) => process.stderr.write(`${error.stack}\n`))
  await page.setContent(await pageOf(spec))
  await page.waitForSelector('body.drawn')
  await page.screenshot({ path: `${images}dashboard-${spec.uid.replace('pgspan-', '')}.png`, fullPage: true })
  await page.close()
}

/** @param {import('@pgspan/dashboards').DashboardSpec} spec */
async function pageOf(spec) {
  const { startedAt: from, endedAt: to, prometheus } = run
  const job = chosen[spec.uid]?.join('|') ?? '.+'
  // Without the pool whose limit is above the server's, beside which all others look alike.
  const pool = 'postgres|postgres#2'
  const panels = spec.rows.flatMap((row) => row.panels)
  const data = await Promise.all(
    panels.map((panel) => panelData(prometheus.spec, panel, { job, pool, from, to })),
  )
  const dashboard = { ...grafanaDashboard(spec, 'spec'), specs: panels, data, from, to, job }
  const read = (/** @type {string | URL} */ path) => readFile(path, 'utf8')
  const [script, style, draw, ownStyle] = await Promise.all([
    read(require.resolve('uplot/dist/uPlot.iife.min.js')),
    read(require.resolve('uplot/dist/uPlot.min.css')),
    read(new URL('dashboard-previews/draw-dashboard.js', import.meta.url)),
    read(new URL('dashboard-previews/preview.css', import.meta.url)),
  ])
  const json = JSON.stringify(dashboard).replaceAll('<', '\\u003c')
  return `<!doctype html><meta charset="utf-8"><title>${spec.title}</title><style>${style}${ownStyle}</style><body>
<script>${script}</script><script>const dashboard = ${json}</script><script>${draw}</script>`
}
