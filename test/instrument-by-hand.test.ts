import { type EventEmitter, once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type AddressInfo, connect as connectSocket } from 'node:net'
import { join } from 'node:path'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { instrumentClient, instrumentPg, instrumentPool, PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { driversFolder, printed, runNode } from './support/run-child.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const telemetry = useTelemetry()
// The driver is there before the instrumentation.
const requireDriver = createRequire(join(driversFolder, 'package.json'))
const late: typeof pg = loadPg()
const instrumentation = new PgInstrumentation()
afterAll(() => instrumentation.disable())
beforeEach(() => telemetry.reset())

/** What is used of the package `ws`. */
interface WebSockets {
  readonly WebSocket: unknown
  readonly WebSocketServer: new (options: {
    port: number
    host: string
  }) => EventEmitter & {
    address(): unknown
    close(done: () => void): void
  }
}

/** Without those of connections, which are there when opening one took long. */
const querySpans = (): readonly ReadableSpan[] =>
  telemetry.spans().filter(({ name }) => !name.startsWith('pg'))
const names = (): string[] => querySpans().map(({ name }) => name)
const figures = async (metric: string): Promise<unknown[]> =>
  (await telemetry.points(metric)).map(({ attributes, value }) => [
    attributes['db.client.connection.pool.name'],
    attributes['db.client.connection.state'],
    value,
  ])

test('a pool that is in use is observed from now on, and its connections that are out count as used', async () => {
  const pool = new late.Pool({ connectionString: database().connectionString, max: 3 })
  const held = await pool.connect()
  await pool.query('SELECT 1')
  expect(names()).toEqual([])
  expect(instrumentPool(pool)).toBe(pool)
  expect(instrumentPool(pool)).toBe(pool)
  const name = database().name
  expect(await figures('db.client.connection.count')).toEqual([
    [name, 'used', 1],
    [name, 'idle', 1],
    [name, 'connecting', 0],
  ])
  await held.query('SELECT 2 FROM pg_class LIMIT 1')
  await pool.query('SELECT 3')
  expect(names()).toEqual(['SELECT pg_class', 'SELECT'])
  held.release()
  expect(await figures('db.client.connection.count')).toEqual([
    [name, 'used', 0],
    [name, 'idle', 2],
    [name, 'connecting', 0],
  ])
  await pool.end()
})

test('a client of another copy of pg, connected before, is observed once, and so is every other of its class', async () => {
  const { Client }: typeof pg = requireDriver('pg-8.16')
  const query = Client.prototype.query
  const [first, second] = [1, 2].map(() => new Client(database().connectionString))
  if (first === undefined || second === undefined) throw new Error('two clients were made')
  await Promise.all([first.connect(), second.connect()])
  expect(Client.prototype.query).toBe(query)
  expect(instrumentClient(first)).toBe(first)
  const patched = Client.prototype.query
  expect(instrumentClient(second)).toBe(second)
  expect(Client.prototype.query).toBe(patched)
  await first.query('SELECT 1')
  await second.query('SELECT 2')
  expect(names()).toEqual(['SELECT', 'SELECT'])
  expect(querySpans().map(({ attributes }) => attributes['db.namespace'])).toEqual([
    database().name,
    database().name,
  ])
  await Promise.all([first.end(), second.end()])
})

test('a subclass that overrides query runs its own code once per query, whichever way it is given', async () => {
  const driver: typeof pg = requireDriver('pg-8.11')
  let runs = 0
  class CountingClient extends driver.Client {
    override query(...args: unknown[]): never {
      runs++
      return (super.query as (...args: unknown[]) => never)(...args)
    }
  }
  const pool = new driver.Pool({ connectionString: database().connectionString, Client: CountingClient })
  expect(instrumentPg({ Client: CountingClient, Pool: driver.Pool })).toBeTypeOf('object')
  instrumentPool(pool)
  const client = await pool.connect()
  instrumentClient(client)
  await client.query('SELECT 1')
  client.release()
  await pool.query('SELECT 2')
  expect(runs).toBe(2)
  expect(names()).toEqual(['SELECT', 'SELECT'])
  await pool.end()
})

describe('what cannot be observed is refused, by name and without its values', () => {
  test.each([
    [instrumentPg, {}, 'instrumentPg: a module with the class Client or Pool of pg was expected, got object'],
    [instrumentPg, null, 'instrumentPg: a module with the class Client or Pool of pg was expected, got null'],
    [
      instrumentPool,
      { query() {} },
      'instrumentPool: a pool with the methods query, connect and end was expected, got object',
    ],
    [
      instrumentClient,
      'postgres://me:secret@host/db',
      'instrumentClient: a client with the methods query and connect was expected, got string',
    ],
  ])('%o of %j', (instrument, value, message) => {
    expect(() => (instrument as (value: unknown) => unknown)(value)).toThrow(new TypeError(message))
  })
})

describe('a bundle', () => {
  const esbuild: {
    build(options: object): Promise<unknown>
  } = requireDriver('esbuild')

  test.each([
    { what: 'with pg inside', external: ['@pgspan/*', '@opentelemetry/*'] },
    { what: 'with everything inside', external: [] },
  ])('$what has one span per query, whether registered before or after', async ({ external }) => {
    const folder = await mkdtemp(join(driversFolder, 'node_modules', '.bundle-'))
    try {
      const outfile = join(folder, 'app.mjs')
      await esbuild.build({
        entryPoints: [join(driversFolder, 'apps/bundled.mjs')],
        outfile,
        bundle: true,
        platform: 'node',
        format: 'esm',
        external: ['pg-native', ...external],
        banner: {
          js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url); const __filename = import.meta.filename ?? import.meta.url, __dirname = import.meta.dirname ?? '.';",
        },
        logLevel: 'error',
      })
      for (const register of ['before', 'after']) {
        const ended = await runNode([outfile], {
          DATABASE_URL: database().connectionString,
          REGISTER: register,
        })
        expect(printed(ended)).toEqual({
          same: true,
          rows: [{ n: 1 }],
          spans: [
            'instrumentation-pg: SELECT pg_class',
            'instrumentation-pg: SELECT pg_class',
            `instrumentation-pg: ${database().name}`,
          ],
        })
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

/** What is used of Neon's driver and of Vercel's wrapper around an older one. */
interface ServerlessDriver {
  readonly neonConfig: object
  newPool(options: pg.PoolConfig): pg.Pool
  newClient(options: pg.ClientConfig): pg.Client
}

function neonDriver(): ServerlessDriver {
  const { neonConfig, Pool, Client } = requireDriver('@neondatabase/serverless')
  return {
    neonConfig,
    newPool: (options) => new Pool(options),
    newClient: (options) => new Client(options),
  }
}

function vercelDriver(): ServerlessDriver {
  const requireNeon = createRequire(requireDriver.resolve('@vercel/postgres'))
  const { createPool, createClient } = requireDriver('@vercel/postgres')
  return {
    neonConfig: requireNeon('@neondatabase/serverless').neonConfig,
    newPool: createPool,
    newClient: createClient,
  }
}

describe.each([
  ["Neon's driver", neonDriver],
  ["Vercel's wrapper of it", vercelDriver],
] as const)('%s, over a WebSocket to a real PostgreSQL', (_name, load) => {
  const driver = load()
  const { WebSocket, WebSocketServer }: WebSockets = requireDriver('ws')
  let proxy: Awaited<ReturnType<typeof startProxy>>
  beforeAll(async () => {
    proxy = await startProxy()
    Object.assign(driver.neonConfig, {
      webSocketConstructor: WebSocket,
      wsProxy: () => `127.0.0.1:${proxy.port}`,
      useSecureWebSocket: false,
      pipelineConnect: false,
    })
  })
  afterAll(() => proxy.close())

  // The wrapper insists on names of its own hosts, or this one; the proxy leads to the server all the same.
  const connectionString = (): string => database().connectionString.replace('127.0.0.1', 'localhost')

  /** What Neon's own proxy does: bytes of the socket's messages to PostgreSQL, and back. */
  async function startProxy(): Promise<{ port: number; close(): Promise<void> }> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    server.on('connection', (socket: EventEmitter & { send(bytes: Buffer): void; close(): void }) => {
      const backend = connectSocket(database().port, database().host)
      backend.on('data', (bytes) => socket.send(bytes))
      backend.on('close', () => socket.close())
      socket.on('message', (bytes: Buffer) => backend.write(bytes))
      socket.on('close', () => backend.end())
    })
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return {
      port,
      close: () => new Promise((resolve) => server.close(() => resolve())),
    }
  }

  test('a pool that is in use is observed: queries, checkouts, errors and figures', async () => {
    const pool = driver.newPool({ connectionString: connectionString(), max: 2 })
    pool.on('error', () => {})
    const held = await pool.connect()
    expect(instrumentPool(pool)).toBe(pool)
    await held.query('SELECT 1')
    const { rows } = await pool.query('SELECT $1::int AS n FROM pg_class LIMIT 1', [7])
    expect(rows).toEqual([{ n: 7 }])
    await expect(pool.query('SELECT 1/0')).rejects.toThrow('division by zero')
    expect(
      telemetry
        .spans()
        .filter(({ name }) => !name.startsWith('pg'))
        .map(({ name, attributes }) => [name, attributes['error.type'], attributes['db.namespace']]),
    ).toEqual([
      ['SELECT', undefined, database().name],
      ['SELECT pg_class', undefined, database().name],
      ['SELECT', '22012', database().name],
    ])
    expect(await usedOf()).toContain(1)
    held.release()
    expect(await usedOf()).not.toContain(1)
    await pool.end()
  })

  test('a client of its own is observed: promise, callback and error', async () => {
    const client = driver.newClient({ connectionString: connectionString() })
    client.on('error', () => {})
    expect(instrumentClient(client)).toBe(client)
    await client.connect()
    await client.query('SELECT 1')
    await new Promise((resolve) => client.query('SELECT 2 FROM pg_class LIMIT 1', resolve))
    await expect(client.query('SELECT 1/0')).rejects.toThrow('division by zero')
    await client.end()
    expect(names()).toEqual(['SELECT', 'SELECT pg_class', 'SELECT'])
  })

  async function usedOf(): Promise<unknown[]> {
    const points = await figures('db.client.connection.count')
    return points.flatMap((point) => (Array.isArray(point) && point[1] === 'used' ? [point[2]] : []))
  }
})
