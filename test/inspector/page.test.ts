import axe from 'axe-core'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { findProgram } from '../support/programs.js'
import { useTestDatabase } from '../support/test-database.js'
import { type InspectedApp, injection, schema, startInspectedApp } from './application.js'

const executablePath = findProgram('chromium')
const database = useTestDatabase(schema)
const paths = ['/orders', '/report', '/customers', '/broken', '/session', '/hostile']

describe.skipIf(executablePath === undefined)('the page in Chromium (skipped without chromium)', () => {
  let app: InspectedApp
  let address: string
  let browser: Browser
  let page: Page
  const problems: string[] = []

  beforeAll(async () => {
    app = await startInspectedApp(database().connectionString, {
      traceLinks: { Jaeger: 'http://localhost:16686/trace/{traceId}' },
    })
    address = await app.inspector.listen()
    // More than the history keeps, so that the page works on a full one.
    for (let n = 0; n < 1_000; n += 50)
      await Promise.all(Array.from({ length: 50 }, () => app.get('/session')))
    for (let n = 0; n < 3; n++) await Promise.all(paths.map((path) => app.get(path)))
    browser = await chromium.launch({
      ...(executablePath !== undefined && { executablePath }),
      args: ['--no-sandbox'],
    })
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await app.close()
  })
  beforeAll(async () => {
    page = await (await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })).newPage()
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    await page.goto(address)
  })
  afterEach(() => expect(problems.splice(0)).toEqual([]))

  const open = async (name: string): Promise<void> => {
    await page.click(`nav a:has-text("${name}")`)
    await page.waitForSelector(`h1:text-is("${name}")`)
  }

  test('the address keeps no token once the page is open', () => {
    expect(page.url()).not.toContain('token')
  })

  test('requests are listed, the latest first, with what they did', async () => {
    const row = page.locator('tbody tr', { hasText: 'GET /orders' }).first()
    await row.waitFor()
    expect(await row.locator('td').allInnerTexts()).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d$/),
      'GET /orders',
      '200',
      expect.stringMatching(/ m?s$/),
      '',
      '13',
      expect.stringMatching(/ m?s$/),
      expect.stringMatching(/ m?s$/),
      // Its N+1; on a busy machine it waits for the pool as well.
      expect.stringMatching(/^[1-3]$/),
    ])
    await soon(() => shown(page.locator('.filters .quiet'))).toBe('the latest 200 of 1,000 requests')
    const broken = page.locator('tbody tr', { hasText: 'GET /broken' }).first()
    expect(await shown(broken)).toMatch(/500[\s\S]*1 query failed/)
  })

  test('a request that ends appears by itself, but not while the page is paused', async () => {
    const first = page.locator('tbody tr').first()
    await app.get('/report')
    await first.locator('text=GET /report').waitFor()
    await page.keyboard.press('p')
    await page.locator('.live.paused').waitFor()
    await app.get('/customers')
    await page.waitForTimeout(300)
    await soon(() => shown(first)).toContain('GET /report')
    await page.keyboard.press('p')
    await first.locator('text=GET /customers').waitFor()
  })

  test('the list is filtered by route and by findings', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('orders')
    await soon(() => page.locator('tbody tr').count()).toBe(3)
    await page.fill('input[type=search]', '')
    await page.check('text=with findings')
    const without = page.locator('tbody tr:not(:has(td:last-child .badge))')
    await soon(() => without.count()).toBe(0)
    expect(await page.locator('tbody tr').count()).toBeGreaterThan(0)
    await page.uncheck('text=with findings')
  })

  test('a request shows its queries in their time, and what was found in it; all by keyboard', async () => {
    await page.fill('input[type=search]', 'orders')
    await soon(() => page.locator('tbody tr').count()).toBe(3)
    await page.locator('input[type=search]').blur()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForSelector('h1:text-is("GET /orders")')
    await soon(() => page.locator('.waterfall li').count()).toBe(13)
    const finding = await shown(page.locator('.finding').first())
    expect(finding).toContain('N+1, proven')
    expect(finding).toContain('orders.customer_id')
    expect(finding).toMatch(/test\/inspector\/application\.ts:\d+/)
    expect(finding).toContain('Fix: ')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.waterfall .details')
    expect(await shown(page.locator('.waterfall .details'))).toMatch(/execution\s+[\d.]+ m?s/)
    // One after the other: no bar begins before the one above it.
    const starts = await page
      .locator('.waterfall .bar')
      .evaluateAll((bars) => bars.map((bar) => Number(bar.querySelector('rect')?.getAttribute('x'))))
    expect(starts).toEqual([...starts].sort((one, other) => one - other))
    await page.keyboard.press('u')
    await page.waitForSelector('h1:text-is("Requests")')
  })

  test('a line of code opens in the editor, and a statement is copied for psql', async () => {
    await open('Findings')
    const card = page.locator('.finding', { hasText: 'N+1, proven' })
    const link = await card.locator('.place a').getAttribute('href')
    expect(link).toMatch(/^vscode:\/\/file\/.*\/test\/inspector\/application\.ts:\d+:\d+$/)
    await card.locator('button', { hasText: 'Copy for psql' }).first().click()
    await card.locator('text=Copied').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      "SELECT name FROM customers WHERE id = $1 \\bind 'value 1' \\g",
    )
  })

  test('findings are shown by kind, the gravest first', async () => {
    await open('Findings')
    await page.click('.filters button:has-text("slow query")')
    const badges = async (): Promise<Set<string>> =>
      new Set(await page.locator('.finding h3 .badge').allInnerTexts())
    await soon(badges).toEqual(new Set(['slow query']))
  })

  test('statements are sorted by any column', async () => {
    await open('Statements')
    const first = page.locator('tbody tr').first()
    await page.click('th button:has-text("Calls")')
    await soon(() => shown(first)).toContain('SELECT ? FROM customers WHERE id = $1')
    await page.click('th button:has-text("Longest")')
    await soon(() => shown(first)).toMatch(/pg_sleep/)
    await first.locator('button').click()
    await page.locator('tr.details pre').waitFor()
    expect(await shown(page.locator('tr.details'))).toMatch(/fingerprint 1-[0-9a-f]{16}/)
  })

  test('EXPLAIN shows the plan of what reads, and refuses what has effects', async () => {
    await open('Statements')
    await page.fill('input[type=search]', 'customers WHERE id')
    await page.locator('tbody button').first().click()
    await page.click('button:has-text("EXPLAIN")')
    expect(await shown(page.locator('.plan'))).toMatch(/Plan: [\s\S]*customers/)
    await page.fill('input[type=search]', 'pg_sleep')
    await page.locator('tbody button').first().click()
    await page.click('button:has-text("EXPLAIN")')
    expect(await shown(page.locator('tr.details .trouble'))).toContain('Only statements that read')
    // The browser calls a refusal an error.
    expect(problems.splice(0)).toEqual([expect.stringContaining('422')])
    await page.fill('input[type=search]', '')
  })

  test('pools show who holds a connection, and for how long', async () => {
    const client = await app.pool.connect()
    await client.query('SELECT id FROM orders LIMIT 1')
    await open('Pools')
    const holder = page.locator('table tr', { hasText: 'SELECT orders' })
    await holder.waitFor()
    expect(await shown(holder)).toContain('idle')
    expect(await page.locator('.chart canvas').count()).toBe(1)
    // The database's port and name, and what the server says of itself.
    await soon(() => shown(page.locator('.pool > p'))).toMatch(/^127\.0\.0\.1:\d+\/\w+\s*primary$/)
    client.release()
    await soon(() => holder.count()).toBe(0)
  })

  test('scripts in SQL and in routes are text', async () => {
    for (const name of ['Requests', 'Findings', 'Statements']) {
      await open(name)
      await page.waitForTimeout(200)
      await soon(() => shown(page.locator('main'))).toContain('<img src=x')
      expect(await page.locator('main img, main script').count()).toBe(0)
    }
    expect(await page.title()).toBe('pgspan')
    expect(injection).toContain('owned')
  })

  test.each(['light', 'dark'] as const)(
    'no view has a serious barrier, in %s colours',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme })
      const barriers: string[] = []
      for (const name of ['Requests', 'Findings', 'Statements', 'Pools']) {
        await open(name)
        await page.waitForTimeout(200)
        barriers.push(...(await seriousBarriers(page)).map((barrier) => `${name}: ${barrier}`))
      }
      await open('Requests')
      await page.locator('tbody a', { hasText: 'GET /orders' }).first().click()
      await page.waitForSelector('.waterfall')
      barriers.push(...(await seriousBarriers(page)))
      expect(barriers).toEqual([])
    },
  )

  test('help says the keys, and Escape closes it', async () => {
    await page.keyboard.press('?')
    expect(await shown(page.locator('dialog'))).toContain('next, previous')
    expect(await seriousBarriers(page)).toEqual([])
    await page.keyboard.press('Escape')
    await soon(() => page.locator('dialog').count()).toBe(0)
  })

  test('a page of an earlier start says what to do', async () => {
    await page.context().clearCookies()
    await page.reload()
    expect(await shown(page.locator('body'))).toContain('The address with its token was printed')
    // Asked for, so that the next reload can do without; the browser calls it an error.
    problems.splice(0)
  })
})

/** What will be so before long: machines are busy, and people wait. */
function soon<Value>(look: () => Value): ReturnType<typeof expect.poll<Awaited<Value>>> {
  return expect.poll(look as () => Awaited<Value>, { timeout: 10_000 })
}

/** The text that a person sees there. */
async function shown(place: Locator): Promise<string> {
  await place.first().waitFor()
  return (await place.allInnerTexts()).join('\n')
}

/** What axe calls serious or critical; its script is run where the page's policy does not reach. */
async function seriousBarriers(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  await session.send('Runtime.evaluate', { expression: axe.source })
  const { violations } = await page.evaluate<axe.AxeResults>("axe.run({ resultTypes: ['violations'] })")
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
}
