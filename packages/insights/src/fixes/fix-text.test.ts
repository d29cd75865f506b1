import { QueryShapeCache } from '@pgspan/query-text'
import { expect, test } from 'vitest'
import { nPlusOneFix } from './fix-text.js'

const shapes = new QueryShapeCache()

function fix(text: string, library?: string): string {
  const shape = shapes.shapeOf(text)
  return nPlusOneFix(library, shape, shape.slots[0]?.column)
}

test('plain SQL names the compared column', () => {
  expect(fix('SELECT * FROM orders WHERE customer_id = $1')).toBe(
    'Ask for one query for all of them: WHERE customer_id = ANY($1).',
  )
  expect(fix('SELECT * FROM orders WHERE "customerId" = $1')).toContain('WHERE "customerId" = ANY($1)')
})

test('a function gets all values in one array', () => {
  expect(fix('SELECT get_posts($1)')).toBe('Ask for one query for all of them: all values in one array.')
})

test('the first row of each is DISTINCT ON, the first few are a LATERAL join', () => {
  const latest = 'SELECT * FROM orders WHERE customer_id = $1 ORDER BY created_at DESC'
  expect(fix(`${latest} LIMIT 1`)).toContain('SELECT DISTINCT ON (customer_id)')
  expect(fix(`${latest} LIMIT 3`)).toContain('LATERAL')
  expect(fix(`${latest} LIMIT $2`)).toContain('LATERAL')
})

test.each<[string, string]>([
  ['drizzle-orm', 'inArray'],
  ['kysely', 'jsonArrayFrom'],
  ['knex', 'whereIn'],
  ['objection', 'withGraphFetched'],
  ['typeorm', 'leftJoinAndSelect'],
  ['sequelize', 'include'],
  ['@mikro-orm/postgresql', 'populate'],
  ['@prisma/adapter-pg', 'findUnique'],
  ['dataloader', 'once per request'],
])('%s is told how it does that: %s', (library, advice) => {
  expect(fix('SELECT * FROM orders WHERE customer_id = $1', library)).toContain(advice)
})

test('a library that nobody knows gets plain SQL', () => {
  const text = 'SELECT * FROM orders WHERE customer_id = $1'
  expect(fix(text, 'some-orm')).toBe(fix(text))
})
