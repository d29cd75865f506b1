import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInsights, ignoreFindings } from '@pgspan/insights'
import { hookPg } from '@pgspan/instrumentation-pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTestDatabase } from './support/test-database.js'

hookPg()
const database = useTestDatabase(`
  CREATE TABLE orders (id int PRIMARY KEY, customer_id int);
  INSERT INTO orders SELECT n, n * 7001 FROM generate_series(1, 8) AS n;
  CREATE TABLE customers (id int PRIMARY KEY);`)
const reason = 'the page is for two people'

const pg = loadPg()
let pool: InstanceType<typeof pg.Pool>
const server = createServer((request, response) => {
  const work = request.url === '/meant' ? ignoreFindings({ kinds: ['n_plus_one'], reason }, loop) : loop()
  work.finally(() => response.end())
})

async function loop(): Promise<void> {
  const { rows } = await pool.query('SELECT id, customer_id FROM orders')
  for (const row of rows) await pool.query('SELECT * FROM customers WHERE id = $1', [row.customer_id])
}

const insights = createInsights()
beforeAll(async () => {
  insights.attach()
  pool = new pg.Pool({ connectionString: database().connectionString, max: 2 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(async () => {
  insights.close()
  server.close()
  await pool.end()
})

test('requests on a contended pool that ignore findings hide none of the others’, and have none themselves', async () => {
  const { port } = server.address() as AddressInfo
  const paths = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? '/meant' : '/mistaken'))
  await Promise.all(paths.map((path) => fetch(`http://127.0.0.1:${port}${path}`).then((r) => r.text())))
  insights.flush()
  const loops = insights.findings().filter(({ kind }) => kind === 'n_plus_one')
  expect(loops.map(({ unit, count }) => `${unit} ${count}`)).toEqual(['GET /mistaken 10'])
  expect(insights.statistics().suppressed.byCode).toBe(10)
})
