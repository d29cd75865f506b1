import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { freePort } from '../examples/shop/demo/free-port.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const app = fileURLToPath(new URL('support/tiny-server.mjs', import.meta.url))
const cwd = fileURLToPath(new URL('../examples/shop/', import.meta.url))

interface Service {
  readonly origin: string
  /** What it has said on stderr so far. */
  readonly said: readonly string[]
  stop(): Promise<void>
}

/** Starts a service with pgspan from a folder that has it installed, and sends it one request. */
async function startService(env: Readonly<Record<string, string>>): Promise<Service> {
  const child = spawn(process.execPath, ['--import', 'pgspan/register', app], {
    cwd,
    env: {
      ...process.env,
      DATABASE_URL: database().connectionString,
      OTEL_METRICS_EXPORTER: 'none',
      NODE_ENV: 'development',
      ...env,
    },
  })
  const said: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line))
  const [port] = await once(createInterface({ input: child.stdout }), 'line')
  return {
    origin: `http://127.0.0.1:${port}`,
    said,
    async stop() {
      child.stdin.end()
      const [code] = await once(child, 'exit')
      expect(code).toBe(0)
    },
  }
}

const addressIn = (said: readonly string[]): string | undefined =>
  said.join('\n').match(/PostgreSQL is on (http:\S+)/)?.[1]

test('in development the address of the page is printed, and responses say what they did to the database', async () => {
  const service = await startService({})
  const response = await fetch(service.origin)
  expect(response.headers.get('server-timing')).toMatch(/^db;dur=[\d.]+;desc="1 query", db-wait;dur=[\d.]+/)
  await expect.poll(() => addressIn(service.said), { timeout: 10_000 }).toBeDefined()
  const address = new URL(addressIn(service.said) ?? '')
  const headers = { authorization: `Bearer ${address.searchParams.get('token')}` }
  const units = await (await fetch(new URL('/api/requests', address), { headers })).json()
  expect(units).toMatchObject([{ name: 'GET /', queries: 1, statusCode: 200 }])
  await service.stop()
})

test('in production there is neither, unless asked for', async () => {
  const quiet = await startService({ NODE_ENV: 'production' })
  expect((await fetch(quiet.origin)).headers.get('server-timing')).toBeNull()
  await quiet.stop()
  expect(addressIn(quiet.said)).toBeUndefined()
  const asked = await startService({ NODE_ENV: 'production', PGSPAN_INSPECTOR: '1' })
  await expect.poll(() => addressIn(asked.said), { timeout: 10_000 }).toBeDefined()
  await asked.stop()
})

test('a port that is in use is named in one line, and the service runs', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const service = await startService({ PGSPAN_INSPECTOR: String(port) })
  await expect
    .poll(() => service.said.filter((line) => line.includes('there is no page')), { timeout: 10_000 })
    .toEqual([
      expect.stringContaining(`port ${port} is in use. Set PGSPAN_INSPECTOR, or inspector, to a free port.`),
    ])
  expect(await (await fetch(service.origin)).json()).toEqual([{ n: 42 }])
  await service.stop()
  other.close()
})

test('a second process on the port of the first says so, and both go on', async () => {
  const port = String(await freePort())
  const first = await startService({ PGSPAN_INSPECTOR: port })
  await expect.poll(() => addressIn(first.said), { timeout: 10_000 }).toBeDefined()
  const second = await startService({ PGSPAN_INSPECTOR: port })
  await expect
    .poll(() => second.said.filter((line) => line.includes('there is no page')), { timeout: 10_000 })
    .toEqual([expect.stringContaining(`port ${port} is in use.`)])
  for (const { origin } of [first, second]) expect(await (await fetch(origin)).json()).toEqual([{ n: 42 }])
  const address = new URL(addressIn(first.said) ?? '')
  const headers = { authorization: `Bearer ${address.searchParams.get('token')}` }
  expect((await fetch(new URL('/api/overview', address), { headers })).status).toBe(200)
  await second.stop()
  await first.stop()
})
