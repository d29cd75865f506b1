import { QueryShapeCache } from '@pgspan/query-text'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { column } from '../../test/simulated-database.js'
import { ColumnProbe } from './column-probe.js'
import { type Provenance, provenanceOf } from './provenance.js'
import { ResultReader, ResultSources } from './result-sources.js'
import { hashValue } from './value-hash.js'

const shapes = new QueryShapeCache()
const integer = 23
const text = 25

interface Result {
  readonly statement: string
  readonly rows: readonly Record<string, unknown>[]
  readonly type?: number
}

/** Where the values asked for by `statement` come from, after some results. */
function explain(
  statement: string,
  keys: readonly unknown[],
  results: readonly Result[],
): Provenance | undefined {
  const sources = new ResultSources()
  const reader = new ResultReader()
  for (const { statement, rows, type = integer } of results) {
    const fields = Object.keys(rows[0] ?? {}).map((name) => ({ name, dataTypeID: type }))
    sources.add(shapes.shapeOf(statement), { rows, fields }, 0, reader)
  }
  const shape = shapes.shapeOf(statement)
  const [slot] = shape.slots
  if (slot === undefined) throw new Error(`no slot in ${statement}`)
  const probe = new ColumnProbe(slot, 0)
  for (const key of keys) probe.offer(hashValue(key), sources.all, shape.fingerprint)
  return provenanceOf(probe, shape, 5, { isPlain: false, isRepeated: false })
}

const unrelated = 'SELECT * FROM members WHERE number = $1'
/** Columns that no name connects with `members.number`. */
const columnNames = ['owner', 'shelf_id', 'rank', 'team_id']
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)
const smallLists = fc.array(
  fc.record({
    names: fc.shuffledSubarray(columnNames, { minLength: 1 }),
    values: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 64 }),
  }),
  { minLength: 1, maxLength: 8 },
)

describe('without affinity, order or chance nothing is called proven', () => {
  const arbitraryResults = smallLists.map((lists) =>
    lists.map(({ names, values }, n) => ({
      statement: `SELECT ${names.join(', ')} FROM list_${n}`,
      rows: values.map((value, i) =>
        Object.fromEntries(names.map((name, k) => [name, k === 0 ? value : ((value * (i + k)) % 37) + 1])),
      ),
    })),
  )

  test('constants 1 to n, after any lists of small integers', () => {
    fc.assert(
      fc.property(arbitraryResults, fc.integer({ min: 5, max: 40 }), (results, n) => {
        expect(explain(unrelated, upTo(n), results)?.isProof ?? false).toBe(false)
      }),
      { numRuns: 1_000 },
    )
  })

  test('small constants in any order, after lists of small integers in any order', () => {
    const constants = fc.shuffledSubarray(upTo(40), { minLength: 5 })
    fc.assert(
      fc.property(arbitraryResults, constants, (results, keys) => {
        expect(explain(unrelated, keys, results)?.isProof ?? false).toBe(false)
      }),
      { numRuns: 1_000 },
    )
  })

  test('some of a dense run of large ids, as of one import, whatever its step', () => {
    const runs = fc.record({
      from: fc.integer({ min: 1_000, max: 10_000_000 }),
      step: fc.integer({ min: 1, max: 1_000 }),
      asked: fc.shuffledSubarray(upTo(40), { minLength: 5 }),
    })
    fc.assert(
      fc.property(runs, ({ from, step, asked }) => {
        const ids = upTo(40).map((n) => from + step * n)
        const results = [{ statement: 'SELECT shelf_id FROM books', rows: column('shelf_id', ids) }]
        const keys = asked.map((n) => from + step * n)
        expect(explain(unrelated, keys, results)?.isProof ?? false).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  test('names of an enumeration', () => {
    const words = ['draft', 'open', 'paid', 'shipped', 'returned', 'SUBSCRIPTION_CANCELLED']
    const results = [{ statement: 'SELECT code FROM states', rows: column('code', words), type: text }]
    expect(explain('SELECT * FROM members WHERE status = $1', words, results)).toMatchObject({
      isProof: false,
    })
  })

  test('flags, which are powers of two', () => {
    const flags = [1, 2, 4, 8, 16, 32, 64]
    const results = [{ statement: 'SELECT flag_id FROM flags', rows: column('flag_id', flags) }]
    expect(explain(unrelated, flags, results)).toMatchObject({ hits: 7, isProof: false })
  })

  test('codes of HTTP and years, which are no identifiers', () => {
    const numbers = [200, 301, 404, 500, 503, 1999, 2008, 2024]
    const results = [
      { statement: 'SELECT status FROM hits GROUP BY status', rows: column('status', numbers) },
    ]
    expect(explain(unrelated, numbers, results)).toMatchObject({ hits: 8, isProof: false })
  })
})

describe('proof', () => {
  const scattered = fc
    .uniqueArray(fc.integer({ min: 100_000, max: 2_000_000_000 }), { minLength: 8, maxLength: 60 })
    .filter((ids) => ids.length >= 8)

  test('by chance: identifiers far apart, asked for in any order', () => {
    fc.assert(
      fc.property(scattered, (ids) => {
        const sorted = [...ids].sort((left, right) => left - right)
        const results = [{ statement: 'SELECT shelf_id FROM books', rows: column('shelf_id', sorted) }]
        const provenance = explain(unrelated, ids, results)
        expect(provenance?.isProof).toBe(true)
        // Nothing but the values speaks for the column: it is not named as the source.
        expect(provenance?.isNamed).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  test('by chance: addresses and UUIDs', () => {
    const emails = upTo(6).map((n) => `customer${n}@example.com`)
    const results = [{ statement: 'SELECT email FROM customers', rows: column('email', emails), type: text }]
    expect(explain('SELECT * FROM logins WHERE name = $1', emails, results)).toMatchObject({ isProof: true })
  })

  test('by chance: addresses in a column that says who did something', () => {
    const emails = upTo(6).map((n) => `customer${n}@example.com`)
    const rows = column('updated_by', emails)
    const results = [{ statement: 'SELECT updated_by FROM pages', rows, type: text }]
    expect(explain('SELECT * FROM staff WHERE mail = $1', emails, results)).toMatchObject({ isProof: true })
  })

  test('by affinity, though the values are small and sorted', () => {
    const results = [{ statement: 'SELECT id FROM categories', rows: column('id', upTo(6)) }]
    const provenance = explain('SELECT * FROM products WHERE category_id = $1', upTo(6), results)
    expect(provenance).toMatchObject({ isProof: true, isNamed: true, hits: 6, keys: 6 })
  })

  test('needs four fifths of the values', () => {
    const results = [{ statement: 'SELECT id FROM categories', rows: column('id', upTo(7)) }]
    const statement = 'SELECT * FROM products WHERE category_id = $1'
    expect(explain(statement, upTo(9), results)).toBeUndefined()
    expect(explain(statement, upTo(8), results)).toMatchObject({ hits: 7, keys: 8, isProof: true })
  })
})

describe('the choice among sources that all hold the values', () => {
  const ids = [9041, 217, 3310, 58213, 771, 4402]

  test('falls on the column whose name goes with the compared one', () => {
    const results = [
      { statement: 'SELECT id FROM customers', rows: column('id', ids) },
      { statement: 'SELECT id FROM suppliers', rows: column('id', ids) },
    ]
    const provenance = explain('SELECT * FROM orders WHERE customer_id = $1', ids, results)
    expect(provenance?.candidate.source.shape.summary).toBe('SELECT customers')
  })

  test('falls on the column whose rows they were asked for in the order of', () => {
    const results = [
      { statement: 'SELECT owner FROM newest', rows: column('owner', ids) },
      {
        statement: 'SELECT owner FROM sorted',
        rows: column(
          'owner',
          [...ids].sort((a, b) => a - b),
        ),
      },
    ]
    expect(explain(unrelated, ids, results)?.candidate.source.shape.summary).toBe('SELECT newest')
  })

  test('never falls on a column that only repeats what was asked for', () => {
    const sources = new ResultSources()
    const reader = new ResultReader()
    const fields = [{ name: 'order_id', dataTypeID: integer }]
    const shape = shapes.shapeOf('SELECT * FROM order_items WHERE order_id = $1')
    for (const id of ids) {
      sources.add(shape, { rows: [{ order_id: id }, { order_id: id }], fields }, hashValue(id), reader)
    }
    expect(sources.all[0]?.columns[0]?.size).toBe(0)
  })
})

test('64 rows of four columns are looked at, and no more', () => {
  const sources = new ResultSources()
  const names = ['id', 'a_id', 'b_id', 'c_id', 'd_id']
  const rows = upTo(500).map((n) => Object.fromEntries(names.map((name, k) => [name, 1_000 * k + n])))
  const fields = names.map((name) => ({ name, dataTypeID: integer }))
  sources.add(shapes.shapeOf('SELECT * FROM t'), { rows, fields }, 0, new ResultReader())
  const columns = sources.all[0]?.columns ?? []
  expect(columns.map(({ name }) => name)).toEqual(['id', 'a_id', 'b_id', 'c_id'])
  expect(columns.map(({ size }) => size)).toEqual([64, 64, 64, 64])
  expect(columns[0]?.find(hashValue(64))).toBe(63)
  expect(columns[0]?.find(hashValue(65))).toBe(-1)
})

test('sixteen sources are kept, the oldest is forgotten first', () => {
  const sources = new ResultSources()
  const reader = new ResultReader()
  const fields = [{ name: 'id', dataTypeID: integer }]
  for (let n = 0; n < 20; n++) {
    sources.add(shapes.shapeOf(`SELECT id FROM t${n}`), { rows: column('id', [1, 2]), fields }, 0, reader)
  }
  expect(sources.all.map(({ shape }) => shape.summary)).toEqual(upTo(16).map((n) => `SELECT t${n + 3}`))
})
