import { expect, test } from 'vitest'
import { columnBehindAlias } from './column-behind-alias.js'

test.each([
  ['SELECT customer_id FROM orders', 'customer_id', 'customer_id'],
  ['SELECT customer_id AS customer FROM orders', 'customer', 'customer_id'],
  ['select distinct o.customer_id as customer from orders o', 'customer', 'customer_id'],
  ['SELECT id, "o"."customer_id" AS "o_customer_id" FROM "orders" "o"', 'o_customer_id', 'customer_id'],
  ['SELECT "public"."orders"."customer_id" AS "c" FROM "orders"', 'c', 'customer_id'],
  ['SELECT customer_id AS customer, id AS customer2 FROM orders', 'customer2', 'id'],
  ['SELECT count(*) AS n FROM orders', 'n', undefined],
  ['SELECT id::text AS n FROM orders', 'n', undefined],
  ['SELECT price + tax AS n FROM orders', 'n', undefined],
  ['SELECT CASE WHEN paid THEN ? END AS n FROM orders', 'n', undefined],
  ['SELECT ? AS "a.b(c" FROM orders', 'a.b(c', undefined],
])('in %s, %s stands for %s', (text, name, column) => {
  expect(columnBehindAlias(text, name)).toBe(column)
})
