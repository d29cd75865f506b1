import { describe, expect, test } from 'vitest'
import { analyzeQueryText } from './analyze-query-text.js'

function fingerprint(text: string): string {
  return analyzeQueryText(text).fingerprint
}

describe('fingerprints are equal for', () => {
  test.each([
    ['SELECT x WHERE a = 5', 'SELECT x WHERE a = -5'],
    ['SELECT x WHERE a = 5', 'SELECT x WHERE a = $1'],
    ['SELECT x WHERE a = 5', "SELECT x WHERE a=  'x' /*c*/"],
    ['SELECT x WHERE a IN (1)', 'SELECT x WHERE a IN (1,2,3)'],
    ['SELECT x WHERE a IN (1)', 'SELECT x WHERE a IN ($1,$2)'],
    ['SELECT x WHERE (a, b) IN ((1, 2))', 'SELECT x WHERE (a, b) IN (($1, $2), ($3, $4))'],
    ['SELECT ARRAY[1]', 'SELECT ARRAY[$1, 2]'],
    ['INSERT INTO t VALUES (1,2)', 'INSERT INTO t VALUES (3,4),(5,6)'],
    ['INSERT INTO t VALUES (1,2) RETURNING a', 'INSERT INTO t VALUES (3,$1), ($2,6) RETURNING a'],
    ['INSERT INTO t VALUES (NULL)', 'INSERT INTO t VALUES (1)'],
    ['INSERT INTO t VALUES (TRUE)', 'INSERT INTO t VALUES (false)'],
    ['SELECT A', 'select "a"'],
    ['SELECT a != b', 'SELECT a <> b'],
    ['SAVEPOINT a', 'SAVEPOINT b'],
    ['SET x = 1', "SET x = 'y'"],
    ['SELECT 1', 'SELECT 1;'],
    ['SELECT 1', ' ; SELECT 2 ; ; -- end'],
    ['SELECT a\nFROM t', 'SELECT a\r\nFROM t'],
    ["SELECT 'a'", "SELECT E'b'\n'c'"],
    ['SELECT 1_000, 0xFF, 1e-5', 'SELECT $$a$$, $1, 2'],
  ])('%s and %s', (one, other) => {
    expect(fingerprint(one)).toBe(fingerprint(other))
  })
})

describe('fingerprints differ for', () => {
  test.each([
    ['SELECT * FROM t1', 'SELECT * FROM t2'],
    ['SELECT "A"', 'SELECT a'],
    ['SELECT a @-1', 'SELECT a @ -1'],
    ['SELECT f(1)', 'SELECT f(1,2)'],
    ['SELECT a,b', 'SELECT b,a'],
    ['SELECT x IS NULL', 'SELECT x IS NOT NULL'],
    ['SELECT x IN (1)', 'SELECT x IN (SELECT 1)'],
    ['INSERT INTO t VALUES (1,DEFAULT)', 'INSERT INTO t VALUES (1,2)'],
    ["SELECT 'x'::int", "SELECT 'x'"],
    ['SELECT a FROM t ORDER BY b ASC', 'SELECT a FROM t ORDER BY b DESC'],
    ['SELECT x AS a', 'SELECT x AS b'],
    ['SELECT a b', 'SELECT ab'],
    ['SELECT a; SELECT b', 'SELECT a SELECT b'],
    ['SELECT x IN (1, a)', 'SELECT x IN (a, 1)'],
    ['SELECT x IN (1), y', 'SELECT x IN (1, y)'],
    ['INSERT INTO t VALUES (1), (2) ON CONFLICT DO NOTHING', 'INSERT INTO t VALUES (1), (2)'],
    ['SELECT a + 1', 'SELECT a'],
    ['SELECT (a)', 'SELECT [a]'],
    ['SELECT a::b', 'SELECT a t b'],
    ['CALL f(a := b)', 'CALL f(a w b)'],
  ])('%s and %s', (one, other) => {
    expect(fingerprint(one)).not.toBe(fingerprint(other))
  })
})

describe('a fingerprint', () => {
  test('is its version and 16 hexadecimal digits', () => {
    expect(fingerprint('SELECT 1')).toMatch(/^1-[0-9a-f]{16}$/)
    expect(fingerprint('')).toMatch(/^1-[0-9a-f]{16}$/)
  })

  // Whoever has stored fingerprints compares them across releases: if this fails, raise the version.
  test('stays what it is as long as its version stays', () => {
    expect(fingerprint('SELECT * FROM t WHERE a = $1 AND b IN (1, 2)')).toBe('1-c99dbb2d3478c893')
    expect(fingerprint('INSERT INTO "t" ("a") VALUES ($1), ($2) RETURNING "id"')).toBe('1-a74704de93afcd80')
  })

  test('does not depend on the length at which the sanitised text is cut', () => {
    const text = 'SELECT a, b, c FROM t WHERE d = 1'
    expect(analyzeQueryText(text, { maxTextLength: 5 }).fingerprint).toBe(fingerprint(text))
  })

  test('differs for statements that differ only deep inside of brackets', () => {
    const nested = (inner: string): string => `SELECT ${'('.repeat(100)}${inner}${')'.repeat(100)}`
    expect(fingerprint(nested('a'))).not.toBe(fingerprint(nested('b')))
    expect(fingerprint(nested('x IN (1, 2)'))).toBe(fingerprint(nested('x IN (1)')))
  })
})
