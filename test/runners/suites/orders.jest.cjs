const { expectConstantQueries, expectNoFindings, expectNoNPlusOne, expectQueryCount, instrumentPg } =
  require('@pgspan/testing')
const pg = instrumentPg(require('pg'))
const { ordersPage, prepare } = require('./orders-page.cjs')

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const unhurried = { slowQueryMillis: false, poolWaitMillis: false }
beforeAll(() => prepare(pool, 12))
afterAll(() => pool.end())

test('mended: findings', () => expectNoFindings(() => ordersPage(pool, true), unhurried))
test('mended: count', () => expectQueryCount(2, () => ordersPage(pool, true)))
test('faulty: N+1', () => expectNoNPlusOne(() => ordersPage(pool, false)))
test('faulty: count', () => expectQueryCount(2, () => ordersPage(pool, false)))
test('mended: constant', () =>
  expectConstantQueries([2, 5, 10], () => ordersPage(pool, true), { prepare: (n) => prepare(pool, n) }))
test('faulty: constant', () =>
  expectConstantQueries([2, 5, 10], () => ordersPage(pool, false), { prepare: (n) => prepare(pool, n) }))
