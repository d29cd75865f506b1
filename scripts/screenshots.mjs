// Takes the pictures of the page in docs/images/, of the example shop under load: `npm run docs:screenshots`, with
// Chromium on the machine.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { startEmbeddedPostgres } from './embedded-postgres.mjs'

const run = promisify(execFile)
const shop = fileURLToPath(new URL('../examples/shop/', import.meta.url))
const images = fileURLToPath(new URL('../docs/images/', import.meta.url))

const server = await startEmbeddedPostgres()
const env = {
  ...process.env,
  DATABASE_URL: server.connectionString,
  PORT: '0',
  OTEL_SERVICE_NAME: 'shop',
  OTEL_METRICS_EXPORTER: 'none',
  NODE_ENV: 'development',
}
await run(process.execPath, ['src/database/seed.js'], { cwd: shop, env })
const child = spawn(process.execPath, ['--import', 'pgspan/register', 'src/main.js'], { cwd: shop, env })
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
try {
  const [url, page] = await Promise.all([
    find(child.stdout, /listens on (http:\S+)/),
    find(child.stderr, /PostgreSQL is on (http:\S+)/),
  ])
  const load = run(process.execPath, ['load/load.js', '--url', url, '--seconds', '20'], { cwd: shop })
  await sleep(12_000)
  await mkdir(images, { recursive: true })
  for (const scheme of ['light', 'dark']) await takePictures(page, scheme)
  await load
} finally {
  await browser.close()
  child.kill('SIGTERM')
  await once(child, 'exit')
  await server.stop()
}

async function find(stream, pattern) {
  for await (const line of createInterface({ input: stream })) {
    const found = pattern.exec(line)?.[1]
    if (found === undefined) continue
    // What follows must not fill the pipe.
    stream.resume()
    return found
  }
  throw new Error(`The shop has ended without ${pattern}`)
}

async function takePictures(address, colorScheme) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme })
  await page.goto(address)
  await page.waitForSelector('tbody tr')
  const take = (name) => page.screenshot({ path: `${images}inspector-${name}-${colorScheme}.png` })
  await page.check('text=with findings')
  await sleep(500)
  await take('requests')
  await page.locator('tbody a', { hasText: 'GET /orders/recent' }).first().click()
  await page.waitForSelector('.waterfall')
  await take('request')
  for (const name of ['Findings', 'Statements', 'Pools']) {
    await page.click(`nav a:has-text("${name}")`)
    await sleep(1_500)
    await take(name.toLowerCase())
  }
  await page.close()
}
