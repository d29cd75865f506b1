import { describe, expect, test } from 'vitest'
import { siteAt } from '../../test/simulated-database.js'
import { simulate } from '../../test/simulation.js'

const ids = Array.from({ length: 24 }, (_, i) => 9_041 + 4_177 * ((i * 7) % 24))
const rows = ids.map((author_id, i) => ({ id: 70_001 + 13 * i, author_id }))
/** The list in lots of `size`. */
const lots = (size: number) =>
  Array.from({ length: ids.length / size }, (_, i) => rows.slice(i * size, (i + 1) * size))

/** What is found where each lot of rows is asked for by `text` with `values`, all from one line. */
function found(
  size: number,
  text: string,
  values: (lot: typeof rows) => readonly unknown[],
): readonly string[] {
  const { db, unit, kinds } = simulate()
  db.query('SELECT id, author_id FROM books', [], { rows })
  for (const lot of lots(size)) db.query(text, values(lot), { site: siteAt('loadAll') })
  unit.end()
  return kinds()
}

const keys = (lot: typeof rows) => lot.map(({ author_id }) => author_id)
const pairs = (lot: typeof rows) => lot.flatMap(({ id, author_id }) => [id, author_id])

describe('a batch is no N+1, however its list is written', () => {
  test.each<[string, string, (lot: typeof rows) => readonly unknown[]]>([
    [
      'rows of values',
      'SELECT * FROM shelves WHERE (book_id, author_id) IN (($1, $2), ($3, $4), ($5, $6))',
      pairs,
    ],
    ['alternatives', 'SELECT * FROM authors WHERE id = $1 OR id = $2 OR id = $3', keys],
    [
      'alternatives of two columns',
      'SELECT * FROM shelves WHERE (book_id = $1 AND author_id = $2) OR (book_id = $3 AND author_id = $4) OR (book_id = $5 AND author_id = $6)',
      pairs,
    ],
    [
      'an array for unnest',
      'SELECT * FROM authors JOIN unnest($1::int[]) AS x(id) USING (id)',
      (lot) => [keys(lot)],
    ],
    [
      'a text of ids',
      "SELECT * FROM authors WHERE id = ANY(string_to_array($1, ',')::int[])",
      (lot) => [keys(lot).join()],
    ],
    [
      'a list in JSON',
      'SELECT * FROM authors WHERE id IN (SELECT x::int FROM json_array_elements_text($1) x)',
      (lot) => [JSON.stringify(keys(lot))],
    ],
  ])('%s', (_, text, values) => {
    expect(found(3, text, values)).toEqual([])
  })
})

describe('an N+1 is one', () => {
  test.each<[string, string, (lot: typeof rows) => readonly unknown[]]>([
    ['with a row of one pair', 'SELECT * FROM shelves WHERE (book_id, author_id) IN (($1, $2))', pairs],
    [
      'with two columns that may hold the key',
      'SELECT * FROM shelves WHERE author_id = $1 OR editor_id = $1',
      keys,
    ],
    [
      'with a key in a query and its subquery',
      'SELECT * FROM shelves WHERE author_id = $1 OR EXISTS (SELECT 1 FROM loans WHERE author_id = $2)',
      (lot) => [...keys(lot), ...keys(lot)],
    ],
    [
      'with an argument in JSON',
      'SELECT * FROM books_of($1)',
      (lot) => [JSON.stringify({ author: keys(lot)[0], limit: 10 })],
    ],
  ])('%s', (_, text, values) => {
    expect(found(1, text, values)).toEqual(['n_plus_one'])
  })
})
