import { describe, expect, test } from 'vitest'
import { analyzeQueryText } from '../analyze-query-text.js'

function sanitized(text: string): string {
  return analyzeQueryText(text).sanitizedText
}

describe('a list', () => {
  test.each([
    ['SELECT a IN (1, 2, 3)', 'SELECT a IN (?)'],
    ['SELECT a IN (1, b, 2, 3, b, b)', 'SELECT a IN (?, b, ?, b)'],
    ['SELECT a IN ((1, 2), (3, 4), (5, b))', 'SELECT a IN ((?, ?), (?, b))'],
    ['SELECT a IN (f(1, 2), f(3, 4))', 'SELECT a IN (f(?, ?))'],
    ['SELECT a IN ($1, $2)', 'SELECT a IN ($1, $2)'],
    ['SELECT a IN ($1, 2, 3)', 'SELECT a IN ($1, ?)'],
    ['SELECT a IN (1, 2, $3, $4, 5, 6)', 'SELECT a IN (?, $3, $4, ?)'],
    ['SELECT a IN (1, 2', 'SELECT a IN (?'],
    ['SELECT a IN (1, 2), 3, 4', 'SELECT a IN (?), ?, ?'],
    ['SELECT a IN (1, 2,', 'SELECT a IN (?,'],
    ['SELECT a IN (SELECT 1, 2, 2)', 'SELECT a IN (SELECT ?, ?, ?)'],
    ['SELECT a IN (WITH b AS (SELECT 1) SELECT 1, 2)', 'SELECT a IN (WITH b AS (SELECT ?) SELECT ?, ?)'],
    [
      'SELECT a IN (WITH b AS (SELECT 1) SELECT c, 1, 1)',
      'SELECT a IN (WITH b AS (SELECT ?) SELECT c, ?, ?)',
    ],
    ['SELECT a IN (TABLE b)', 'SELECT a IN (TABLE b)'],
    ['SELECT a IN (VALUES (1), (2))', 'SELECT a IN (VALUES (?))'],
    ['SELECT a IN (b(SELECT 1), 2, 3)', 'SELECT a IN (b(SELECT ?), ?)'],
    ['SELECT ARRAY[1, 2], ARRAY[[1, 2], [3, 4]]', 'SELECT ARRAY[?], ARRAY[[?]]'],
    ['SELECT ARRAY[1, 2][1], a[1], a[1, 1]', 'SELECT ARRAY[?][?], a[?], a[?, ?]'],
    ['VALUES (1, 2), (3, 4)', 'VALUES (?, ?)'],
    ['VALUES (1, 2), (3, 4), (5, DEFAULT)', 'VALUES (?, ?), (?, DEFAULT)'],
    ['VALUES (1), (2) ORDER BY 1, 1', 'VALUES (?) ORDER BY ?, ?'],
    ['VALUES ($1), ($2), (3), (4)', 'VALUES ($1), ($2), (?)'],
    [
      'INSERT INTO t VALUES (1, (2)), (3, (4)) RETURNING 1, 1',
      'INSERT INTO t VALUES (?, (?)) RETURNING ?, ?',
    ],
    ['SELECT f(1, 2), (1, 2)', 'SELECT f(?, ?), (?, ?)'],
    ['SELECT a IN (1, 2) AND b IN (1, 2)', 'SELECT a IN (?) AND b IN (?)'],
    ['SELECT a IN (1, 2); SELECT a IN (3, 4)', 'SELECT a IN (?); SELECT a IN (?)'],
    ['SELECT a IN (b IN (1, 2), b IN (3, 4, 5))', 'SELECT a IN (b IN (?))'],
  ])('%s becomes %s', (text, expected) => {
    expect(sanitized(text)).toBe(expected)
  })

  test('may stand in 63 others', () => {
    const nested = (depth: number): string => `SELECT ${'a IN ('.repeat(depth)}1, 2`
    expect(sanitized(nested(64))).toBe(`SELECT ${'a IN ('.repeat(64)}?`)
    expect(sanitized(nested(65))).toBe(`SELECT ${'a IN ('.repeat(65)}?, ?`)
    expect(sanitized(`${nested(65)}${')'.repeat(65)}, a IN (1, 2)`)).toMatch(/\), a IN \(\?\)$/)
  })

  test('has a fingerprint that neither its length nor repetitions change, but its distinct items do', () => {
    const of = (list: string): string => analyzeQueryText(`SELECT a IN (${list}), b`).fingerprint
    for (const same of ['1, 2', '1, 2, 3', '$1', '$1, $2', "'a', 1, $1"]) expect(of(same)).toBe(of('1'))
    expect(of('b, b, b')).toBe(of('b'))
    for (const other of ['b', '1, b', 'b, 1', '1, b, 1', '(1)', '1, (1)', ''])
      expect(of(other)).not.toBe(of('1'))
    expect(of('1, b')).not.toBe(of('b, 1'))
    expect(of('1, 2) AND c IN (1')).toBe(of('1) AND c IN (1, 2'))
  })
})
