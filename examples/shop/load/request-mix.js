// @ts-check
import { ranges } from '../src/database/ranges.js'

/**
 * @typedef {{ method?: string, path: string, body?: object }} Request
 * @typedef {{ route: string, times: number, request: (number: number) => Request }} MixEntry
 */

/**
 * What visitors ask for: each route, how many times in a round, and the request of a given running number.
 * People look at products most, and reports are rare. The numbers also keep two slow reports from running at
 * once.
 *
 * @type {MixEntry[]}
 */
const mix = [
  { route: 'GET /health', times: 4, request: () => ({ path: '/health' }) },
  {
    route: 'GET /products',
    times: 24,
    request: (n) => ({ path: `/products?category=${id('categories', n)}` }),
  },
  { route: 'GET /products/search', times: 16, request: (n) => ({ path: `/products/search?q=${search(n)}` }) },
  { route: 'GET /products/:id', times: 24, request: (n) => ({ path: `/products/${id('products', n)}` }) },
  { route: 'GET /categories', times: 8, request: () => ({ path: '/categories' }) },
  { route: 'GET /brands', times: 8, request: () => ({ path: '/brands' }) },
  { route: 'GET /brands/:id', times: 6, request: (n) => ({ path: `/brands/${id('brands', n)}` }) },
  { route: 'GET /customers/:id', times: 8, request: (n) => ({ path: `/customers/${id('customers', n)}` }) },
  { route: 'GET /orders', times: 4, request: (n) => ({ path: `/orders?ids=${someOrders(n)}` }) },
  { route: 'GET /orders/recent', times: 8, request: () => ({ path: '/orders/recent' }) },
  { route: 'GET /orders/:id', times: 8, request: (n) => ({ path: `/orders/${id('orders', n)}` }) },
  {
    route: 'POST /orders',
    times: 4,
    request: (n) => ({ method: 'POST', path: '/orders', body: newOrder(n) }),
  },
  {
    route: 'POST /newsletter',
    times: 2,
    request: (n) => ({ method: 'POST', path: '/newsletter', body: address(n) }),
  },
  { route: 'GET /reports/sales', times: 2, request: () => ({ path: '/reports/sales' }) },
  { route: 'GET /reports/loyal-customers', times: 1, request: () => ({ path: '/reports/loyal-customers' }) },
]

/** A round: the requests of each route spread evenly over it. */
export const requestMix = mix
  .flatMap((entry) => Array.from({ length: entry.times }, (_, i) => ({ entry, at: (i + 0.5) / entry.times })))
  .sort((a, b) => a.at - b.at)
  .map(({ entry }) => entry)

/** @param {keyof typeof ranges} table @param {number} number */
function id(table, number) {
  const { first, count } = ranges[table]
  return first + ((number * 7919) % count)
}

/** @param {number} number */
function search(number) {
  const words = ['small copper', 'large oak', 'round glass', 'blue linen', 'tall steel']
  return encodeURIComponent(words[number % words.length] ?? '')
}

/** @param {number} number */
function someOrders(number) {
  return [0, 1, 2, 3].map((i) => id('orders', number + i)).join()
}

/** @param {number} number */
function newOrder(number) {
  const items = [0, 1, 2].map((i) => ({ product_id: id('products', number + i), quantity: 1 + i }))
  return { customer_id: id('customers', number), items }
}

/**
 * Every fifth customer is a subscriber already.
 *
 * @param {number} number
 */
function address(number) {
  return { email: `customer${ranges.customers.first + ((number * 5) % ranges.customers.count)}@example.com` }
}
