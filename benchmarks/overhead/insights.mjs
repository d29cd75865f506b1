// What insights themselves cost, without driver and SDK: microseconds of CPU per query, or per acquire and release,
// beside an observer that does nothing. Both take turns in one process, and the median of the differences counts: it
// says what a change has brought where run.mjs, with all the rest around, needs a machine that is quiet.
import { ROOT_CONTEXT } from '@opentelemetry/api'
import { createInsights } from '@pgspan/insights'
import { Checkout, Connection, PoolView, QueryExecution, UnitOfWork } from '@pgspan/lifecycle'
import { QueryShapeCache } from '@pgspan/query-text'
import { median } from './report.mjs'

const turns = 30
const warmUpTurns = 8
const unitsPerTurn = 2_000

const int4 = 23
const target = { namespace: 'shop', address: 'localhost', port: 5432, user: 'app' }
const connection = new Connection(1, target)
const pool = new PoolView('shop', target, () => ({ total: 1, idle: 0, limit: 10, idleMinimum: 0 }))
const shapes = new QueryShapeCache()
const one = resultOf(1)
const twenty = resultOf(20)

/** Queries: a statement, its values and its result. */
const times = (count, query) => Array.from({ length: count }, (_, n) => query(n))
const eight = times(8, (n) => [`SELECT id, order_id FROM t${n} WHERE id = $1`, [n + 1_000], one])

/** Units of work by name: their queries, and where they run. */
const cases = {
  'outside any unit of work': { queries: eight, isOutside: true },
  'ten times the same': { queries: times(10, () => ['SELECT 1', undefined, one]) },
  'eight different statements': { queries: eight },
  'eight, with 20 rows each': { queries: eight.map(([text, values]) => [text, values, twenty]) },
  'eight, units that last': { queries: eight, lasting: 900 },
  'acquire and release': { queries: eight, hasOnlyCheckouts: true },
}

const silent = {
  name: 'silent',
  queryStarted() {},
  querySettled() {},
  checkoutRequested() {},
  checkoutSettled() {},
  checkoutReleased() {},
}

for (const [name, each] of Object.entries(cases)) {
  process.stdout.write(`${name.padEnd(28)}${microseconds(each).toFixed(2).padStart(6)} µs\n`)
}
process.exit(0)

function microseconds(each) {
  const insights = createInsights({ console: false })
  const open = []
  const added = []
  for (let turn = 0; turn < turns; turn++) {
    const bare = measure(each, silent, open)
    const observed = measure(each, insights.observer, open)
    if (turn >= warmUpTurns) added.push(observed - bare)
  }
  for (const unit of open) unit.end()
  insights.close()
  return median(added)
}

function measure({ queries, isOutside, lasting = 0, hasOnlyCheckouts }, observer, open) {
  const before = process.cpuUsage()
  for (let n = 0; n < unitsPerTurn; n++) {
    const unit = isOutside ? undefined : new UnitOfWork('http', 'GET /orders')
    for (const query of queries) {
      if (hasOnlyCheckouts) possess(observer, unit)
      else run(observer, unit, query)
    }
    if (unit === undefined) continue
    open.push(unit)
    if (open.length > lasting) open.shift().end()
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / unitsPerTurn / queries.length
}

function run(observer, unit, [text, values, result]) {
  const now = performance.now()
  const shape = shapes.shapeOf(text)
  const query = new QueryExecution(ROOT_CONTEXT, unit, connection, undefined, shape, undefined, false, now)
  observer.queryStarted(query, values)
  query.sentAt = now
  query.settledAt = now + 0.05
  query.rowCount = result.rows.length
  observer.querySettled(query, result)
}

function possess(observer, unit) {
  const now = performance.now()
  const checkout = new Checkout(pool, ROOT_CONTEXT, unit, false, 'idle', now)
  observer.checkoutRequested(checkout)
  checkout.acquiredAt = now
  checkout.connection = connection
  observer.checkoutSettled(checkout)
  checkout.releasedAt = now + 0.05
  observer.checkoutReleased(checkout)
}

function resultOf(count) {
  const rows = Array.from({ length: count }, (_, i) => ({ id: 7_000 + 3 * i, order_id: 900 + (i % 10) }))
  return { rows, fields: ['id', 'order_id'].map((name) => ({ name, dataTypeID: int4 })) }
}
