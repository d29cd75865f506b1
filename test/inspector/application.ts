import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { nameRoute } from '@pgspan/http'
import { createInsights, type Insights } from '@pgspan/insights'
import { createInspector, type Inspector, type InspectorOptions } from '@pgspan/inspector'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import { loadPg } from '../support/load-pg.js'

/** Tables with ids that belong to nothing else. */
export const schema = `
  CREATE TABLE customers (id bigint PRIMARY KEY, name text);
  CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total int);
  INSERT INTO customers SELECT 70000000 + n * 7919, 'customer ' || n FROM generate_series(1, 40) n;
  INSERT INTO orders SELECT 90000000 + n * 104729, 70000000 + (1 + n % 40) * 7919, n FROM generate_series(1, 400) n`

/** What a script in SQL, a route or the name of a pool would do if it ran. */
export const injection = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`

/** An application with an inspector, on a free port. */
export interface InspectedApp {
  readonly origin: string
  readonly insights: Insights
  readonly inspector: Inspector
  readonly pool: pg.Pool
  get(path: string): Promise<number>
  close(): Promise<void>
}

export async function startInspectedApp(
  connectionString: string,
  options: Omit<InspectorOptions, 'insights'> = {},
): Promise<InspectedApp> {
  const instrumentation = new PgInstrumentation()
  const insights = createInsights()
  const detach = insights.attach()
  const inspector = createInspector({ insights, ...options })
  const { Pool } = loadPg()
  const pool = new Pool({ connectionString, max: 4 })
  const server = createServer(async (request, response) => {
    if (inspector.handle(request, response)) return
    const [path = '/'] = (request.url ?? '/').split('?')
    try {
      await routes[path]?.(pool)
      response.writeHead(path in routes ? 200 : 404).end('done')
    } catch {
      response.writeHead(500).end('failed')
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = originOf(server)
  return {
    origin,
    insights,
    inspector,
    pool,
    async get(path) {
      const { status, body } = await fetch(origin + path)
      await body?.cancel()
      return status
    },
    async close() {
      inspector.close()
      server.close()
      server.closeAllConnections()
      await pool.end()
      detach()
      insights.close()
      instrumentation.disable()
    },
  }
}

const routes: Readonly<Record<string, (pool: pg.Pool) => Promise<unknown>>> = {
  '/orders': async (pool) => {
    const { rows } = await pool.query('SELECT id, customer_id FROM orders ORDER BY id LIMIT 12')
    for (const { customer_id } of rows)
      await pool.query('SELECT name FROM customers WHERE id = $1', [customer_id])
  },
  '/report': (pool) => pool.query('SELECT count(*), pg_sleep(0.6) FROM orders'),
  '/customers': (pool) =>
    Promise.all(Array.from({ length: 8 }, (_, n) => pool.query('SELECT pg_sleep(0.01), $1::int', [n]))),
  '/broken': (pool) => pool.query('SELECT nothing FROM orders'),
  '/session': (pool) => pool.query('SELECT 1 FROM customers WHERE id = $1', [1]),
  '/hostile': async (pool) => {
    nameRoute(`/${injection}`)
    await pool.query(`SELECT 1 AS "${injection.replaceAll('"', '""')}" /* ${injection} */`)
    await pool.query(`SELECT pg_sleep(0.12) AS "${injection.replaceAll('"', '""')}"`)
  },
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
