import { expect, test } from 'vitest'
import { analyzeQueryText } from '../analyze-query-text.js'

test.each(['NULL', 'TRUE', 'false', 'Null'])('%s is masked where it is a value', (keyword) => {
  const places = [
    ...[
      'SELECT %',
      'SELECT a, %',
      'SELECT f(%)',
      'SELECT f(a, %)',
      'SELECT a[%]',
      'SELECT a[1:%]',
      'SELECT a = %',
    ],
    ...[
      'SELECT f(a := %)',
      'SELECT DISTINCT %',
      'SELECT CASE % WHEN % THEN % ELSE % END',
      'SELECT a WHERE %',
    ],
    ...[
      'SELECT a LIKE % AND % OR %',
      'SELECT a ILIKE %',
      'SELECT a BETWEEN % AND %',
      'SELECT BETWEEN SYMMETRIC %',
    ],
    ...[
      'SELECT a LIMIT % OFFSET %',
      'SELECT a HAVING %',
      'INSERT INTO t VALUES (%, 1) RETURNING %',
      'SELECT f(VARIADIC %)',
    ],
    ...[
      'SELECT a ORDER BY %',
      'SELECT a GROUP BY %',
      'SELECT a IS DISTINCT FROM %',
      'UPDATE t SET a = %, b = %',
    ],
  ]
  for (const place of places) {
    const masked = place.replaceAll('%', '?').replaceAll('1', '?')
    expect(analyzeQueryText(place.replaceAll('%', keyword)).sanitizedText).toBe(masked)
  }
})

test.each(['NULL', 'TRUE', 'FALSE'])('%s stays where it is a part of the language', (keyword) => {
  const texts = [
    ...[
      'SELECT a IS %',
      'SELECT a IS NOT %',
      'SELECT NOT %',
      'CREATE TABLE t (a int NOT %)',
      'CREATE TABLE t (a int %)',
    ],
    ...[
      'ALTER TABLE t ALTER a SET DEFAULT %',
      'CREATE VIEW v AS SELECT %, a = %',
      'SELECT a AS %',
      'SELECT "a" %',
      'SELECT $1 %',
    ],
    ...['COPY t FROM STDIN (DELIMITER a, %)', 'SELECT a.%', '%'],
  ]
  for (const text of texts) {
    const whole = text.replaceAll('%', keyword)
    expect(analyzeQueryText(whole).sanitizedText).toBe(whole)
  }
})

test('behind ON, only a condition is a value', () => {
  expect(analyzeQueryText('SELECT a FROM t JOIN u ON TRUE').sanitizedText).toBe('SELECT a FROM t JOIN u ON ?')
  expect(analyzeQueryText('SELECT a FROM t JOIN u ON FALSE').sanitizedText).toBe(
    'SELECT a FROM t JOIN u ON ?',
  )
  expect(analyzeQueryText('SELECT f(a ABSENT ON NULL)').sanitizedText).toBe('SELECT f(a ABSENT ON NULL)')
})
