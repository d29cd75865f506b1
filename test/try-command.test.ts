import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase(`
  CREATE TABLE customers (id bigint PRIMARY KEY, name text);
  CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);
  INSERT INTO customers SELECT 70000000 + n * 7919, 'customer ' || n FROM generate_series(1, 40) n;
  INSERT INTO orders SELECT 90000000 + n * 104729, 70000000 + n * 7919 FROM generate_series(1, 40) n`)
const command = fileURLToPath(new URL('../packages/pgspan/dist/cli/main.js', import.meta.url))
const cwd = fileURLToPath(new URL('../examples/shop/', import.meta.url))

const looping = `
import pg from 'pg'
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const { rows } = await pool.query('SELECT id, customer_id FROM orders ORDER BY id LIMIT 12')
await Promise.all(rows.map(async ({ customer_id }) => {
  await new Promise((resolve) => setTimeout(resolve, 1))
  return pool.query('SELECT name FROM customers WHERE id = $1', [customer_id])
}))
await pool.end()
console.log('done')
process.exitCode = 3
`
const environment = (): NodeJS.ProcessEnv => ({ ...process.env, DATABASE_URL: database().connectionString })

interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

function tryOn(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [command, 'try', ...args],
      { cwd, env: environment() },
      (error, stdout, stderr) =>
        resolve({ stdout, stderr, code: typeof error?.code === 'number' ? error.code : 0 }),
    )
  })
}

test('an application of which nobody here has written a line: what it did, what was found, what took most', async () => {
  const { stdout, stderr } = await tryOn('--', process.execPath, '--input-type=module', '-e', looping)
  expect(stderr).toContain('done\n')
  expect(stderr).toContain('pgspan: the application ended with 3')
  expect(stdout).toMatch(/13 queries/)
  expect(stdout).toContain('Statements that took most:')
  expect(stdout).toContain('SELECT customers: SELECT name FROM customers WHERE id = $1')
})

test('the summary as JSON stands on stdout alone', async () => {
  const { stdout } = await tryOn('--json', '--', process.execPath, '--input-type=module', '-e', looping)
  expect(JSON.parse(stdout)).toMatchObject({ queries: 13, failedQueries: 0, statements: expect.any(Array) })
})

test('a server has its page, its findings are printed as they are made, and Ctrl-C brings the summary', async () => {
  const app = fileURLToPath(new URL('support/looping-server.mjs', import.meta.url))
  const child = spawn(process.execPath, [command, 'try', '--', process.execPath, app], {
    cwd,
    env: environment(),
    // Ctrl-C of a terminal goes to the whole group.
    detached: true,
  })
  const said: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line))
  let summary = ''
  child.stdout.on('data', (bytes) => {
    summary += bytes
  })
  const port = (): string | undefined => said.join('\n').match(/listens on (\d+)/)?.[1]
  await expect.poll(port, { timeout: 10_000 }).toBeDefined()
  const response = await fetch(`http://127.0.0.1:${port()}/orders`)
  expect(await response.json()).toHaveLength(12)
  const page = (): string | undefined => said.join('\n').match(/PostgreSQL is on (http:\S+)/)?.[1]
  await expect.poll(page, { timeout: 10_000 }).toBeDefined()
  expect((await fetch(page() ?? '', { redirect: 'manual' })).status).toBe(303)
  await expect.poll(() => said.join('\n'), { timeout: 10_000 }).toContain('n_plus_one warning')
  process.kill(-(child.pid ?? 0), 'SIGINT')
  await once(child, 'close')
  expect(summary).toMatch(/1 requests, 13 queries, 13\.0 per request/)
  expect(summary).toContain('warning n_plus_one: SELECT customers ran 12 times')
  expect(summary).toMatch(/at \S*looping-server\.mjs:\d+/)
})

test('an application that cannot be started, and none at all', async () => {
  expect(await tryOn('--', 'no-such-program')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('the application cannot be started'),
  })
  expect(await tryOn()).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('missing required argument'),
  })
  expect(await tryOn('--', process.execPath, '-e', '0')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('No query of the application was seen.'),
  })
})
