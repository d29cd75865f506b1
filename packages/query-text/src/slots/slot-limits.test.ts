import { describe, expect, test } from 'vitest'
import { slotsOf } from '../../test/slots-of.ts'
import { analyzeQueryText } from '../analyze-query-text.js'

describe('a comparison', () => {
  test.each([
    ['a = SOME ($1)', '$1 any a'],
    ['a = ALL ($1)', '$1 range a'],
    ['a <> ANY ($1)', '$1 range a'],
    ['a BETWEEN SYMMETRIC ($1) AND $2', '$1 range a', '$2 range a'],
    ['f($1, $2 = a)', '$1 argument', '$2 eq a'],
    ['$1 = a::varchar(10)', '$1 eq a', "'10' other"],
    ['a::varchar(10)[] = $1', "'10' other", '$1 eq a'],
    ['a::timestamp(3) without time zone = $1', "'3' other", '$1 eq a'],
  ])('knows its column through what stands between: %s', (condition, ...slots) => {
    expect(slotsOf(`SELECT 1 FROM t WHERE ${condition}`)).toEqual(["'1' other", ...slots])
  })

  test.each([
    ['a > $1 + b', '$1 other'],
    ['a LIKE $1 || $2', '$1 other', '$2 other'],
    ['a = ANY ($1 || $2)', '$1 other', '$2 other'],
    ['$1 = CURRENT_DATE - a', '$1 eq'],
    ['a IS NULL = $1', '$1 eq'],
    ['(a, b) = ANY ($1)', '$1 any'],
    ['(a, b) = ($1, $2) AND f(c, d) = ($3, $4)', '$1 eq a', '$2 eq b', '$3 eq', '$4 eq'],
    ['a = (CASE WHEN b THEN $1 ELSE $2 END, $3)', '$1 eq', '$2 eq', '$3 eq'],
  ])('has no column if a value is compared with more than one: %s', (condition, ...slots) => {
    expect(slotsOf(`SELECT 1 FROM t WHERE ${condition}`)).toEqual(["'1' other", ...slots])
  })

  test.each([
    ['SELECT a FROM t WHERE a BETWEEN $1 AND $2 AND $3', '$1 range a', '$2 range a', '$3 other'],
    ['SELECT DISTINCT $1', '$1 other'],
    ['SELECT ALL $1', '$1 other'],
    ['SELECT count(DISTINCT $1)', '$1 argument'],
    ['SELECT extract(year FROM $1), substring($2 FROM $3)', '$1 argument', '$2 argument', '$3 argument'],
    ['SELECT a FROM t FETCH FIRST ($1) ROWS ONLY', '$1 limit'],
    ['SELECT a FROM t FETCH NEXT ($1) ROWS ONLY', '$1 limit'],
  ])('is over where the next part of the statement begins: %s', (text, ...slots) => {
    expect(slotsOf(text)).toEqual(slots)
  })
})

describe('values that are written', () => {
  test.each([
    ['UPDATE t SET a = $1 WHERE $2', '$1 set a', '$2 other'],
    ['UPDATE t SET a = $1 WHERE b = $2 RETURNING c, d = $3', '$1 set a', '$2 eq b', '$3 eq d'],
    ['UPDATE t SET a = $1 RETURNING $2', '$1 set a', '$2 other'],
    ['UPDATE t SET a = b = c FROM (u JOIN v ON $1) WHERE b', '$1 other'],
    ['INSERT INTO t VALUES ($1) RETURNING f($2)', '$1 value', '$2 argument'],
    [
      'INSERT INTO t VALUES ($1) ON CONFLICT ON CONSTRAINT c DO UPDATE SET b = f($2)',
      '$1 value',
      '$2 argument',
    ],
  ])('end with their clause: %s', (text, ...slots) => {
    expect(slotsOf(text)).toEqual(slots)
  })

  test.each([
    ['BEGIN; SET LOCAL a = 5', "'5' other"],
    ['ALTER TABLE t ALTER a SET DEFAULT b > 5', "'5' range b"],
  ])('are none of a SET that assigns no column: %s', (text, ...slots) => {
    expect(slotsOf(text)).toEqual(slots)
  })

  test('belong to the column and not to its field', () => {
    expect(slotsOf('INSERT INTO t (a.b, c) VALUES ($1, $2)')).toEqual(['$1 value a', '$2 value c'])
  })

  test('know the first 128 columns', () => {
    const columns = Array.from({ length: 129 }, (_, index) => `c${index + 1}`)
    const row = `${'DEFAULT, '.repeat(127)}$1, $2`
    expect(slotsOf(`INSERT INTO t (${columns.join(', ')}) VALUES (${row})`)).toEqual([
      '$1 value c128',
      '$2 value',
    ])
  })
})

describe('slots', () => {
  test('of a parameter have no literal', () => {
    expect(analyzeQueryText('SELECT a FROM t WHERE b = $1').slots).toEqual([
      { role: 'eq', column: 'b', qualifier: undefined, parameter: 1, literal: undefined },
    ])
  })

  test('know what brackets are for down to 64 of them', () => {
    const nested = (brackets: number): string =>
      `SELECT ${'('.repeat(brackets)}f($1)${')'.repeat(brackets)} = a AND b = $2`
    expect(slotsOf(nested(63))).toEqual(['$1 argument', '$2 eq b'])
    expect(slotsOf(nested(64))).toEqual(['$1 other', '$2 eq b'])
  })

  test('of a long text whose quoting is broken are there once', () => {
    const text = `SELECT a FROM t WHERE (b = $1 AND c = 'O'Brien' ${'-'.repeat(5_000)}`
    expect(analyzeQueryText(text).isFailClosed).toBe(true)
    expect(slotsOf(text).slice(0, 1)).toEqual(['$1 eq b'])
    expect(analyzeQueryText(text).slots.filter(({ parameter }) => parameter === 1)).toHaveLength(1)
  })
})
