import { describe, expect, test } from 'vitest'
import { hidesValues, statementIn, withNumberedParameters } from './span-text.js'

describe('the parameters of ORMs', () => {
  test.each<[text: string, numbered: string]>([
    ['select * from a where b = ?', 'select * from a where b = $1'],
    ['select * from a where b in (?, ?) limit ?', 'select * from a where b in ($1, $2) limit $3'],
    ['insert into a values (?,?)', 'insert into a values ($1,$2)'],
    ['where b between ? and ? and c like ?', 'where b between $1 and $2 and c like $3'],
    ['where b = :id or c = :id and d > :other_1', 'where b = $1 or c = $1 and d > $2'],
    ['select b::text, c[1:d] from a where e = $1', 'select b::text, c[1:d] from a where e = $1'],
    [
      "where data ? 'key' and data ?| array[b] and data ?& c",
      "where data ? 'key' and data ?| array[b] and data ?& c",
    ],
  ])('%s', (text, numbered) => {
    expect(withNumberedParameters(text)).toBe(numbered)
  })

  test.each([
    ['select ? from a', true],
    ["where data ? 'key'", true],
    ['where b = %s', true],
    ['where b = $1', false],
  ])('that are left in %s: %s', (text, hides) => {
    expect(hidesValues(text)).toBe(hides)
  })

  test('are found in time that grows with the text alone', () => {
    const started = performance.now()
    for (const piece of ['? ', ':a', '= ', '=   ?', ':', 'and ', '(((?'])
      withNumberedParameters(piece.repeat(100_000))
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})

test.each([
  [{ 'db.query.text': 'SELECT 1' }, 'SELECT 1'],
  [{ 'db.statement': ' (select 1)' }, ' (select 1)'],
  [{ 'db.statement': '/* a */ select 1' }, '/* a */ select 1'],
  [{ 'db.query.text': '{"entityClass":"person","options":{"where":{"name":"secret"}}}' }, undefined],
  [{ 'db.query.text': '' }, undefined],
  [{ 'db.query.text': 7 }, undefined],
  [{}, undefined],
])('the statement in %j is %j', (attributes, text) => {
  expect(statementIn(attributes)).toBe(text)
})
