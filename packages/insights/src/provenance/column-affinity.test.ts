import { expect, test } from 'vitest'
import { affinityOf, leadsToOwnRows } from './column-affinity.js'

test.each<[compared: string, source: string, affinity: string]>([
  ['orders.customer_id', 'customers.id', 'close'],
  ['orders.customerId', 'Customer.id', 'close'],
  ['orders.category_id', 'categories.id', 'close'],
  ['orders.box_id', 'boxes.id', 'close'],
  ['notes.blog_post_id', 'blog_posts.id', 'close'],
  ['notes.post_id', 'app_blog_posts.id', 'close'],
  ['notes.parent_post_id', 'posts.id', 'close'],
  ['notes.person_id', 'people.id', 'close'],
  ['customers.id', 'orders.customer_id', 'close'],
  ['orders.customer_id', 'invoices.customer_id', 'close'],
  ['orders.customer_id', 'invoices.customerId', 'close'],
  ['comments.post_id', 'posts.Post_id', 'close'],
  ['users.email', 'logins.email', 'close'],
  ['posts.id', 'posts.id', 'close'],
  ['users.id', 'comments.author_id', 'loose'],
  ['users.id', 'documents.created_by', 'loose'],
  ['authors.id', 'books.author', 'close'],
  ['books.author', 'authors.id', 'close'],
  ['visits.path', 'pages.path', 'close'],
  ['users.id', 'orders.id', 'none'],
  ['orders.customer_id', 'products.id', 'none'],
  ['orders.status', 'invoices.status', 'none'],
  ['orders.customer_id', 'orders.product_id', 'none'],
])('%s and %s: %s', (compared, source, affinity) => {
  expect(affinityOf(named(compared), named(source))).toBe(affinity)
})

test('a function has no column to compare', () => {
  expect(affinityOf({ column: undefined, tables: [] }, named('posts.id'))).toBe('none')
})

test.each<[compared: string, source: string, leads: boolean]>([
  ['parent_id', 'id', true],
  ['id', 'next_id', true],
  ['id', 'id', false],
  ['id', 'manager', true],
  ['parent', 'id', true],
  ['path', 'target', true],
  ['price', 'target', false],
  ['slug', 'id', false],
])('rows lead to rows by %s and %s: %s', (compared, source, leads) => {
  expect(leadsToOwnRows(compared, source)).toBe(leads)
})

function named(name: string): { column: string | undefined; tables: readonly string[] } {
  const [table = '', column] = name.split('.')
  return { column, tables: [table] }
}
