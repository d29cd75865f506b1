import { createServer } from 'node:net'
import { type Behaviour, different, same } from '../behaviour.js'
import type { Subject } from '../subject.js'

/** What the driver's own interface gives. */
export const driverApi: readonly Behaviour[] = [
  same('the class that was registered', true, ({ instrumentation, instrumentationClass }) => {
    return instrumentation instanceof instrumentationClass
  }),
  different(
    'the name that it records under',
    {
      upstream: '@opentelemetry/instrumentation-pg',
      pgspan: '@pgspan/instrumentation-pg',
      why: 'two packages',
    },
    ({ instrumentation }) => instrumentation.instrumentationName,
  ),
  ...[[], [null], [undefined]].map((args) =>
    different(
      `client.query(${args.map(String).join()})`,
      {
        upstream: { thrown: 'TypeError', by: 'pg', spans: 1, exceptions: ['exception'] },
        pgspan: { thrown: 'TypeError', by: 'pg', spans: 0, exceptions: [] },
        why: 'the driver refuses it at once: there is no query',
      },
      (subject) => refused(subject, args),
    ),
  ),
  same(
    'client.query({ foo }, undefined, callback)',
    { error: 'A query must have either text or a name. Supplying neither is unsupported.', failed: 1 },
    async (subject) => {
      const { client } = subject
      const error = await new Promise<Error>((resolve) => {
        const query = client.query as (...args: unknown[]) => unknown
        query.call(client, { foo: 'bar' }, undefined, resolve)
      })
      return {
        error: error.message,
        failed: subject.querySpans.filter(({ status }) => status === 'ERROR').length,
      }
    },
  ),
  same('client.connect(callback)', { returned: undefined, error: null, given: true }, async (subject) => {
    const client = subject.newClient()
    return new Promise((resolve) => {
      const connect = client.connect as unknown as (
        callback: (error: unknown, given: unknown) => void,
      ) => unknown
      const returned = connect.call(client, (error, given) =>
        resolve({ returned, error, given: given === client }),
      )
    })
  }),
  same('client.connect()', { isPromise: true }, async (subject) => {
    const promise = subject.newClient().connect()
    await promise
    return { isPromise: promise instanceof Promise }
  }),
  same('client.connect() to a closed port', 'ECONNREFUSED', async (subject) =>
    subject
      .newClient({ port: await closedPort() })
      .connect()
      .then(() => 'connected', codeOf),
  ),
  same('client.connect(callback) to a closed port', 'ECONNREFUSED', async (subject) => {
    const client = subject.newClient({ port: await closedPort() })
    return new Promise((resolve) => client.connect((error: unknown) => resolve(codeOf(error))))
  }),
  same('client.query(text, callback)', { returned: undefined, rows: [{ n: 1 }] }, ({ client }) => {
    return new Promise((resolve) => {
      const returned: unknown = client.query('SELECT 1 AS n', (_error, { rows }) =>
        resolve({ returned, rows }),
      )
    })
  }),
  same('client.query(text)', { isPromise: true, rows: [{ n: 1 }] }, async ({ client }) => {
    const promise = client.query('SELECT 1 AS n')
    return { isPromise: promise instanceof Promise, rows: (await promise).rows }
  }),
  same('pool.connect(callback)', { returned: undefined, rows: [{ n: 1 }] }, (subject) => {
    const pool = subject.newPool()
    return new Promise((resolve) => {
      const returned: unknown = pool.connect(async (_error, client, release) => {
        const result = await client?.query('SELECT 1 AS n')
        release()
        resolve({ returned, rows: result?.rows })
      })
    })
  }),
  same('pool.query(text, callback)', { returned: undefined, rows: [{ n: 1 }] }, (subject) => {
    const pool = subject.newPool()
    return new Promise((resolve) => {
      const returned: unknown = pool.query('SELECT 1 AS n', (_error, { rows }) => resolve({ returned, rows }))
    })
  }),
]

function refused(subject: Subject, args: readonly unknown[]): unknown {
  let thrown: unknown
  try {
    const query = subject.client.query as (...args: unknown[]) => unknown
    query.apply(subject.client, [...args])
  } catch (error) {
    thrown = error
  }
  const { name, stack = '' } = thrown as Error
  const [span] = subject.spans
  return {
    thrown: name,
    by: /[\\/]node_modules[\\/](pg)[\\/]/.exec(stack.split('\n')[1] ?? '')?.[1],
    spans: subject.spans.length,
    exceptions: (span?.events ?? []).map((event) => event.name),
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code
}

/** A port that nobody listens at. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 1
}
