// @ts-check
// The shop under load on a PostgreSQL of its own, watched by pgspan: what it does, and what is wrong with it.
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '../../../scripts/embedded-postgres.mjs'
import { runLoad } from '../load/load.js'
import { seedShop } from '../src/database/seed.js'
import { freePort } from './free-port.js'
import { printReport } from './print-report.js'
import { makeReport } from './report.js'
import { startWatchedShop } from './watched-shop.js'

/** Every route is called several times in one round of the mix; a fault that is only slow needs three of them. */
const rounds = 4
/** Few enough that nothing but the faults waits for the processor of a small machine. */
const concurrency = 3

const usage = `npm run demo -- [--once] [--fixed] [--json FILE]

  --once       end after a bounded load; status 0 only if each planted fault was found, and nothing else
  --fixed      the same shop with its faults mended; with --once, status 0 only if nothing was found
  --json FILE  write the report as data (docs/report.schema.json)

OTEL_EXPORTER_OTLP_ENDPOINT exports spans, metrics and logs. OTEL_EXPORTER_PROMETHEUS_PORT sets the metrics port.
`

const options = readOptions()
const stopping = new AbortController()
process.once('SIGINT', () => stopping.abort())
process.once('SIGTERM', () => stopping.abort())

const say = (/** @type {string} */ text) => process.stderr.write(`${text}\n`)

try {
  process.exitCode = await main()
} catch (error) {
  say(`The demo failed: ${error instanceof Error ? error.stack : error}`)
  process.exitCode = 1
}

/** @returns {Promise<number>} the exit status */
async function main() {
  const variant = options.fixed ? 'fixed' : 'faulty'
  say('• starting PostgreSQL …')
  const postgres = await startEmbeddedPostgres()
  try {
    say(`• filling the ${variant} shop’s database …`)
    await seedShop({ connectionString: postgres.connectionString, fixed: options.fixed })
    const port = process.env.OTEL_EXPORTER_PROMETHEUS_PORT || String(await freePort())
    const shop = await startWatchedShop({
      connectionString: postgres.connectionString,
      fixed: options.fixed,
      port,
    })
    try {
      return await underLoad(shop, variant)
    } finally {
      await shop.stop()
    }
  } finally {
    await postgres.stop()
  }
}

/**
 * @param {import('./watched-shop.js').WatchedShop} shop
 * @param {'faulty' | 'fixed'} variant
 */
async function underLoad(shop, variant) {
  const startedAt = new Date().toISOString()
  say(`• load on ${shop.url} …`)
  const load = await runLoad({
    url: shop.url,
    rounds,
    concurrency,
    signal: stopping.signal,
    onProgress: progress(),
  })
  const planted = JSON.parse(await readFile(new URL('../faults.json', import.meta.url), 'utf8'))
  const report = makeReport({ ...(await shop.report()), load, variant, startedAt, planted })
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`)
  printReport(report, { color: process.stdout.isTTY === true })
  if (options.once) return report.verdict.passed ? 0 : 1
  if (!stopping.signal.aborted) await stayUp(shop)
  return 0
}

/** @param {import('./watched-shop.js').WatchedShop} shop */
async function stayUp(shop) {
  say(`\nThe shop stays up under a light load: ${shop.url}`)
  if (shop.metricsUrl) say(`Metrics for Prometheus: ${shop.metricsUrl}`)
  say('Ctrl-C ends it.')
  await runLoad({
    url: shop.url,
    seconds: Number.POSITIVE_INFINITY,
    concurrency: 1,
    pauseMillis: 200,
    signal: stopping.signal,
  })
}

/** @returns {(progress: { requests: number, failed: number }) => void} shows how far the load is, on one line */
function progress() {
  let shownAt = 0
  return ({ requests, failed }) => {
    const now = performance.now()
    if (now - shownAt < (process.stderr.isTTY ? 200 : 2_000)) return
    shownAt = now
    const line = `  ${requests} requests${failed > 0 ? `, ${failed} failed` : ''}`
    process.stderr.write(process.stderr.isTTY ? `\r${line}   ` : `${line}\n`)
  }
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        once: { type: 'boolean', default: false },
        fixed: { type: 'boolean', default: false },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      process.stdout.write(usage)
      process.exit(0)
    }
    return values
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    process.exit(2)
  }
}
