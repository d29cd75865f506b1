import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { context, diag, trace } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  type ReadableLogRecord,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

const canary = 'canary4711'

const database = useTestDatabase('CREATE TABLE person (id int PRIMARY KEY, email text)')
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()
const records = new InMemoryLogRecordExporter()
const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: records })] })

let pool: pg.Pool
let silent: Server

beforeAll(async () => {
  logs.setGlobalLoggerProvider(provider)
  pool = new (loadPg().Pool)({ connectionString: database().connectionString, max: 2 })
  await pool.query("INSERT INTO person VALUES (1, 'first')")
  silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
  await once(silent, 'listening')
})
beforeEach(() => {
  telemetry.reset()
  records.reset()
})
afterEach(() => {
  logs.disable()
  logs.setGlobalLoggerProvider(provider)
})
afterAll(async () => {
  silent.close()
  await pool.end()
  instrumentation.disable()
})

function onlyRecord(): ReadableLogRecord {
  const all = records.getFinishedLogRecords()
  expect(all).toHaveLength(1)
  return all[0] as ReadableLogRecord
}

const duplicate = `INSERT INTO person VALUES (1, '${canary}')`

describe('a failed query', () => {
  test('makes one event in its trace, with what its span says of the error', async () => {
    const before = Date.now()
    await expect(pool.query(duplicate)).rejects.toThrow()
    const after = Date.now()
    const record = onlyRecord()
    const span = telemetry.spans().find(({ name }) => name === 'INSERT person')
    expect(record).toMatchObject({
      eventName: 'db.client.operation.exception',
      severityNumber: 13,
      severityText: 'WARN',
      body: undefined,
      instrumentationScope: { name: '@pgspan/instrumentation-pg' },
      spanContext: { traceId: span?.spanContext().traceId, spanId: span?.spanContext().spanId },
    })
    const millis = record.hrTime[0] * 1000 + record.hrTime[1] / 1e6
    expect(millis).toBeGreaterThanOrEqual(before)
    expect(millis).toBeLessThanOrEqual(after)
    const { 'exception.stacktrace': stack, ...attributes } = record.attributes
    expect(stack).toMatch(/^DatabaseError: unique_violation\n {4}at /)
    expect(attributes).toEqual({
      'exception.type': 'DatabaseError',
      'exception.message': 'unique_violation',
      'error.type': '23505',
      'db.response.status_code': '23505',
      'pgspan.error.severity': 'ERROR',
      'pgspan.error.schema': 'public',
      'pgspan.error.table': 'person',
      'pgspan.error.constraint': 'person_pkey',
      'db.system.name': 'postgresql',
      'db.namespace': database().name,
      'db.query.summary': 'INSERT person',
      'server.address': '127.0.0.1',
      'server.port': database().port,
    })
  })

  test.each(['pool', 'client'])('of a %s has the stack that leads to its caller', async (which) => {
    const client = await pool.connect()
    async function saveThePerson(): Promise<void> {
      await (which === 'pool' ? pool : client).query(duplicate)
    }
    const error = await saveThePerson().catch((reason: Error) => reason)
    client.release()
    const stack = String(onlyRecord().attributes['exception.stacktrace'])
    expect(stack).toContain('saveThePerson (test/exception-events.test.ts:')
    expect(stack).not.toContain(process.cwd())
    // The application's own error is as the driver made it.
    expect(error).toMatchObject({
      message: expect.stringContaining('duplicate key'),
      stack: expect.any(String),
    })
    expect((error as Error).stack).toContain(process.cwd())
  })

  test('with a callback makes one event before the callback’s work is done', async () => {
    await new Promise<void>((resolve) => pool.query(duplicate, () => setImmediate(resolve)))
    expect(onlyRecord().attributes['exception.stacktrace']).toMatch(
      /^DatabaseError: unique_violation\n {4}at /,
    )
  })

  test('says nothing of the server’s text, even where that looks like a stack', async () => {
    const forged = `x\n    at ${canary} (${canary}.js:1:1)\n${canary}`
    for (const text of [
      `DO $$ BEGIN RAISE EXCEPTION '${forged}' USING DETAIL = '${canary}', HINT = '${canary}'; END $$`,
      `SELECT '${canary}'::int`,
      `SELECT * FROM person WHERE email = 'x'or ${canary} b' AND id <> '`,
      duplicate,
    ]) {
      await expect(pool.query(text)).rejects.toThrow()
      await new Promise<void>((resolve) =>
        pool.query(text, (error) => {
          error.message = 'changed'
          setImmediate(resolve)
        }),
      )
    }
    const all = records
      .getFinishedLogRecords()
      .map(({ attributes, body, severityText }) => ({ attributes, body, severityText }))
    expect(all).toHaveLength(8)
    expect(JSON.stringify(all)).not.toContain(canary)
  })

  test('says nothing of an error of the application’s own either', async () => {
    const forged = `x\n    at ${canary} (${canary}.js:1:1)`
    const errors = [
      new TypeError(forged),
      Object.assign(new Error(''), { name: forged }),
      Object.assign(new Error(forged), { message: 4711 }),
      Object.assign(new Error(forged), { stack: undefined }),
      forged,
    ]
    for (const error of errors) {
      const value = {
        toPostgres() {
          throw error
        },
      }
      await pool.query('SELECT $1::text', [value]).catch(() => {})
    }
    expect(telemetry.spans().filter(({ name }) => name === 'SELECT')).toHaveLength(errors.length)
    const all = records.getFinishedLogRecords().map(({ attributes }) => attributes)
    expect(all.map((attributes) => attributes['exception.type'])).toEqual([
      'TypeError',
      'Error',
      'Error',
      'Error',
      'Error',
    ])
    expect(JSON.stringify(all)).not.toContain(canary)
  })

  test('of an unsampled trace makes its event, too', async () => {
    const spanContext = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: 0,
    }
    await context.with(trace.setSpanContext(context.active(), spanContext), () =>
      expect(pool.query(duplicate)).rejects.toThrow(),
    )
    expect(onlyRecord().spanContext?.traceId).toBe(spanContext.traceId)
  })

  test('makes none where nobody takes log records, and one for a provider that comes later', async () => {
    logs.disable()
    await expect(pool.query(duplicate)).rejects.toThrow()
    expect(records.getFinishedLogRecords()).toEqual([])
    logs.setGlobalLoggerProvider(provider)
    await expect(pool.query(duplicate)).rejects.toThrow()
    onlyRecord()
  })

  test('that throws in the logger reaches the application as ever, and is said once', async () => {
    logs.disable()
    const broken = {
      emit() {
        throw new Error('the logger is broken')
      },
      enabled: () => true,
    }
    logs.setGlobalLoggerProvider({ getLogger: () => broken })
    const said: unknown[] = []
    const say = (...args: unknown[]): number => said.push(args)
    diag.setLogger({ error: say, warn: say, info: say, debug: say, verbose: say })
    for (let n = 0; n < 3; n++) await expect(pool.query(duplicate)).rejects.toMatchObject({ code: '23505' })
    diag.disable()
    expect(said).toHaveLength(1)
  })
})

test('a provider that is set explicitly takes the events', async () => {
  const own = new InMemoryLogRecordExporter()
  const second = new PgInstrumentation()
  second.setLoggerProvider(
    new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: own })] }),
  )
  instrumentation.disable()
  await expect(pool.query(duplicate)).rejects.toThrow()
  instrumentation.enable()
  second.disable()
  expect(own.getFinishedLogRecords()).toHaveLength(1)
  expect(records.getFinishedLogRecords()).toEqual([])
})

test('two instrumentations with one provider make one event, and go on when the first is disabled', async () => {
  const second = new PgInstrumentation()
  second.setLoggerProvider(logs.getLoggerProvider())
  await expect(pool.query(duplicate)).rejects.toThrow()
  onlyRecord()
  instrumentation.disable()
  await expect(pool.query(duplicate)).rejects.toThrow()
  instrumentation.enable()
  expect(records.getFinishedLogRecords()).toHaveLength(2)
  second.disable()
})

test('what stands for the global provider until there is one makes no second event', async () => {
  logs.disable()
  const second = new PgInstrumentation()
  second.setLoggerProvider(logs.getLoggerProvider())
  logs.setGlobalLoggerProvider(provider)
  await expect(pool.query(duplicate)).rejects.toThrow()
  onlyRecord()
  second.disable()
})

test('each of two providers gets the event, also if metrics go to one', async () => {
  const own = new InMemoryLogRecordExporter()
  const second = new PgInstrumentation()
  second.setLoggerProvider(
    new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: own })] }),
  )
  await expect(pool.query(duplicate)).rejects.toThrow()
  second.disable()
  onlyRecord()
  expect(own.getFinishedLogRecords()).toHaveLength(1)
})

/** Failures without a server's answer, and refusals of a session. */
const connectionFailures: Record<string, [options: () => pg.ClientConfig, type: string, message?: string]> = {
  'that nobody listens for': [() => ({ host: '127.0.0.1', port: 1 }), 'ECONNREFUSED'],
  'to a host without an address': [() => ({ host: 'nowhere.invalid' }), 'ENOTFOUND'],
  'that nobody answers': [
    () => ({ port: (silent.address() as AddressInfo).port, connectionTimeoutMillis: 30 }),
    'connect_timeout',
  ],
  'with a wrong password': [() => ({ password: canary }), '28P01', 'invalid_password'],
  'to a database that does not exist': [() => ({ database: canary }), '3D000', 'invalid_catalog_name'],
}

describe.each(Object.entries(connectionFailures))(
  'a connection %s',
  (_what, [options, type, message = type]) => {
    const configured = (): pg.ClientConfig => {
      const { host, port, user, password, name } = database()
      return { host, port, user, password, database: name, ...options() }
    }

    test('fails a client with one span and one event', async () => {
      const client = new (loadPg().Client)(configured())
      await expect(client.connect()).rejects.toThrow()
      const [span] = telemetry.spans()
      expect(telemetry.spans()).toHaveLength(1)
      expect(span?.name).toBe('pg.connect')
      expect(span?.attributes['error.type']).toBe(type)
      expectEvent()
    })

    test('fails a query of a pool with one event, and counts as a failed operation', async () => {
      const failing = new (loadPg().Pool)(configured())
      async function askTheShop(): Promise<void> {
        await failing.query('SELECT 1')
      }
      await expect(askTheShop()).rejects.toThrow()
      expectEvent()
      expect(onlyRecord().attributes['exception.stacktrace']).toContain('askTheShop (test/exception-events')
      const acquire = telemetry.spans().find(({ name }) => name === 'pg-pool.acquire')
      expect(acquire?.attributes['error.type']).toBe(type)
      const points = await telemetry.points('db.client.operation.duration')
      const failed = points.filter(({ attributes }) => attributes['error.type'] === type)
      expect(failed.map(({ value }) => (value as { count: number }).count)).toEqual([1])
      await failing.end()
    })

    function expectEvent(): void {
      const { attributes } = onlyRecord()
      expect(attributes).toMatchObject({ 'error.type': type, 'exception.message': message })
      const { 'db.namespace': namespace, 'db.client.connection.pool.name': _name, ...others } = attributes
      expect(JSON.stringify(others)).not.toContain(canary)
      expect(namespace).toBe(configured().database)
    }
  },
)

describe('a failure without a server’s error', () => {
  test('of a request that waits too long for the pool is named', async () => {
    const small = new (loadPg().Pool)({
      connectionString: database().connectionString,
      max: 1,
      connectionTimeoutMillis: 300,
    })
    const client = await small.connect()
    await expect(small.query('SELECT 1')).rejects.toThrow('timeout exceeded')
    client.release()
    await small.end()
    expect(onlyRecord().attributes).toMatchObject({
      'error.type': 'pool_timeout',
      'exception.type': 'Error',
      'exception.message': 'pool_timeout',
      'db.client.connection.pool.name': `${database().name}#2`,
    })
  })

  test('of a query that takes too long is named', async () => {
    const slow = { text: 'SELECT pg_sleep(0.2)', query_timeout: 20 }
    await expect(pool.query(slow)).rejects.toThrow('Query read timeout')
    expect(onlyRecord().attributes).toMatchObject({ 'exception.message': 'query_timeout' })
  })

  test('of a session that was ended by an administrator is the server’s, and then the connection’s', async () => {
    const client = new (loadPg().Client)({ connectionString: database().connectionString })
    client.on('error', () => {})
    await client.connect()
    const both = Promise.allSettled([client.query('SELECT pg_sleep(10)'), client.query('SELECT 1')])
    // The type declarations leave the session's process id out.
    const { processID } = client as unknown as { processID: number }
    await pool.query('SELECT pg_terminate_backend($1)', [processID])
    await both
    const messages = records.getFinishedLogRecords().map(({ attributes }) => attributes['exception.message'])
    expect(messages).toEqual(['admin_shutdown', 'connection_terminated'])
    const { attributes } = records.getFinishedLogRecords()[0] as ReadableLogRecord
    expect(attributes['pgspan.error.severity']).toBe('FATAL')
  })

  test('of a closed client is named', async () => {
    const client = new (loadPg().Client)({ connectionString: database().connectionString })
    await client.connect()
    await client.end()
    await expect(client.query('SELECT 1')).rejects.toThrow('Client was closed')
    expect(onlyRecord().attributes).toMatchObject({ 'exception.message': 'client_closed' })
  })
})
