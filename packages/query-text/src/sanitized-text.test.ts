import { describe, expect, test } from 'vitest'
import { analyzeQueryText } from './analyze-query-text.js'

function sanitized(text: string): string {
  return analyzeQueryText(text).sanitizedText
}

describe('the sanitised text', () => {
  test('is the very same string if nothing has to change', () => {
    const text = ['select "a"', 'from "b" where "c" = $1 limit $2'].join(' ')
    expect(Object.is(sanitized(text), text)).toBe(true)
  })

  test('has one space for every run of spaces, line breaks and comments, and none around it', () => {
    expect(sanitized(' \n select  a,\r\n\tb -- c\n from/* d */t \n')).toBe('select a, b from t')
  })

  test('has spaces for spaces beyond ASCII', () => {
    expect(sanitized('SELECT\u00a0a\u2003FROM\u3000t\ufeffWHERE\u200bb=\u00a012345')).toBe(
      'SELECT a FROM t WHERE b= ?',
    )
  })

  test('has no control characters', () => {
    expect(sanitized('\u0000 SELECT\u0000 a \u0007,\u001bb\u007f\u0001 FROM t')).toBe('SELECT a , b FROM t')
    expect(sanitized('SELECT a -\u0000- b')).toBe('SELECT a - - b')
  })

  test('keeps parameters and never collapses them', () => {
    const text =
      'SELECT * FROM t WHERE a IN ($1, $2, $3) AND b = ANY(ARRAY[$4, $5]) OR (c, d) IN (($6, $7), ($8, $9))'
    expect(sanitized(text)).toBe(text)
  })

  test('leaves repeated literals of a list out, also between parameters', () => {
    expect(sanitized('SELECT 1 WHERE a IN (1, 2, $1, 3, 4)')).toBe('SELECT ? WHERE a IN (?, $1, ?)')
    expect(sanitized("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, $1), (4, 'd')")).toBe(
      'INSERT INTO t VALUES (?, ?), (?, $1), (?, ?)',
    )
  })

  test('keeps items that differ in more than their literals', () => {
    expect(sanitized('SELECT ARRAY[1, 2, f(3), f(4), 5]')).toBe('SELECT ARRAY[?, f(?), ?]')
    expect(sanitized('SELECT ARRAY[[1, 2], [3, 4]]')).toBe('SELECT ARRAY[[?]]')
    expect(sanitized('SELECT 1 WHERE a IN (SELECT 1, 1)')).toBe('SELECT ? WHERE a IN (SELECT ?, ?)')
    expect(sanitized('SELECT 1 WHERE a IN (VALUES (1), (2))')).toBe('SELECT ? WHERE a IN (VALUES (?))')
  })

  test('masks what applications put into names of settings, savepoints, cursors and channels', () => {
    expect(sanitized('SET SESSION ROLE tenant_1')).toBe('SET SESSION ROLE ?')
    expect(sanitized('SET search_path = tenant_1, "tenant 2", DEFAULT')).toBe(
      'SET search_path = ?, ?, DEFAULT',
    )
    expect(sanitized('SET TIME ZONE utc')).toBe('SET TIME ZONE ?')
    expect(sanitized('ROLLBACK WORK TO a')).toBe('ROLLBACK WORK TO ?')
    expect(sanitized('ROLLBACK AND CHAIN')).toBe('ROLLBACK AND CHAIN')
    expect(sanitized('MOVE BACKWARD ALL IN c')).toBe('MOVE BACKWARD ALL IN ?')
    expect(sanitized('CLOSE ALL')).toBe('CLOSE ALL')
    expect(sanitized('EXPLAIN EXECUTE p(1)')).toBe('EXPLAIN EXECUTE ?(?)')
  })

  test('masks a number as one, and nothing that follows it', () => {
    expect(sanitized('SELECT 1e+5, 1e5+5, 0x1E+5, 1.5.5, 1e-x')).toBe('SELECT ?, ?+?, ?+?, ??, ?-x')
  })

  test('keeps NULL and booleans in definitions and options', () => {
    for (const text of [
      'CREATE TABLE t (a bool NULL CHECK (a = TRUE))',
      'ALTER TABLE t ADD CHECK (a IN (TRUE, NULL))',
      'COPY t FROM STDIN WITH (FREEZE, NULL b)',
    ]) {
      expect(sanitized(text)).toBe(text)
    }
  })

  test('masks a UUID without quotes to its end', () => {
    expect(sanitized('SELECT 1 WHERE a = 01234567-89ab-cdef-0123-456789abcdef0zz AND b')).toBe(
      'SELECT ? WHERE a = ? AND b',
    )
    expect(sanitized('SELECT 1 WHERE a = abcdef67-89ab-cdef-0123-456789abcdefzz_9')).toBe(
      'SELECT ? WHERE a = ?',
    )
    expect(sanitized('SELECT abcdef67-b, 12345678-9, abcdef67-89ab')).toBe(
      'SELECT abcdef67-b, ?-?, abcdef67-?',
    )
  })

  test('follows backslash escapes if they are on', () => {
    const text = "SELECT 'it\\'s', a FROM t"
    expect(analyzeQueryText(text, { backslashEscapes: true }).sanitizedText).toBe('SELECT ?, a FROM t')
    expect(analyzeQueryText(text).isFailClosed).toBe(true)
  })
})

describe('a text with parameters', () => {
  const text = "SELECT a, 'x' AS b FROM t  WHERE c = $1 /* d */ LIMIT 5"

  test('is sanitised like any other', () => {
    expect(sanitized(text)).toBe('SELECT a, ? AS b FROM t WHERE c = $1 LIMIT ?')
  })

  test('stays as it is if the option says so, and everything else is derived as ever', () => {
    const shape = analyzeQueryText(text, { keepParameterizedText: true })
    expect(shape).toEqual({ ...analyzeQueryText(text), sanitizedText: text })
    expect(Object.isFrozen(shape)).toBe(true)
  })

  test('is sanitised all the same if its quoting is broken, it is too long, or the parameter is none', () => {
    const options = { keepParameterizedText: true, maxTextLength: 40 }
    expect(analyzeQueryText("SELECT $1, 'x", options).sanitizedText).toBe('SELECT $1, ?')
    expect(analyzeQueryText(`SELECT $1, 'x', ${'a, '.repeat(20)}b`, options).sanitizedText).not.toContain('x')
    expect(analyzeQueryText(`SELECT $1, '${'x'.repeat(40)}'`, options).sanitizedText).toBe('SELECT $1, ?')
    expect(analyzeQueryText("SELECT 'x $1'", options).sanitizedText).toBe('SELECT ?')
  })
})

describe('a text that is too long', () => {
  test('is cut behind a token and ends with an ellipsis', () => {
    const text = 'SELECT aaaa, bbbb, cccc FROM t'
    for (let maxTextLength = 1; maxTextLength < text.length; maxTextLength++) {
      const shape = analyzeQueryText(text, { maxTextLength })
      expect(shape.sanitizedText.length).toBeLessThanOrEqual(maxTextLength)
      expect(shape.sanitizedText).toMatch(/^(SELECT( a{4})?(,|, b{4})?(, b{4},|, b{4}, c{4})?( FROM)?)?…$/)
      expect(shape.isTruncated).toBe(true)
    }
    expect(analyzeQueryText(text, { maxTextLength: text.length })).toMatchObject({
      sanitizedText: text,
      isTruncated: false,
    })
  })

  test('is only too long if it still is without its literals', () => {
    const shape = analyzeQueryText(
      `SELECT * FROM t WHERE a IN (${'1,'.repeat(30_000)}2) AND b = '${'x'.repeat(3_000)}'`,
    )
    expect(shape.sanitizedText).toBe('SELECT * FROM t WHERE a IN (?) AND b = ?')
    expect(shape.isTruncated).toBe(false)
  })

  test('is cut at 4,096 characters by default', () => {
    const shape = analyzeQueryText(`SELECT ${'a, '.repeat(5_000)}b FROM t`)
    expect(shape.sanitizedText.length).toBeLessThanOrEqual(4_096)
    expect(shape.sanitizedText.length).toBeGreaterThan(4_090)
    expect(shape.summary).toBe('SELECT t')
  })

  test('is read up to 65,536 characters, and a name that goes on behind them is no name', () => {
    const shape = analyzeQueryText(`${'/**/'.repeat(16_383)} SELECT aaaa`)
    expect(shape).toMatchObject({ isTruncated: true, isFailClosed: false, summary: '' })
    expect(shape.sanitizedText).toBe('')
  })

  test('whose literal goes on behind 65,536 characters is not called broken', () => {
    const shape = analyzeQueryText(`SELECT a FROM t WHERE b = '${'x'.repeat(70_000)}' AND c = 'y'`)
    expect(shape).toMatchObject({
      sanitizedText: 'SELECT a FROM t WHERE b = ?',
      isTruncated: true,
      isFailClosed: false,
    })
  })
})

describe('options', () => {
  test.each([0, -1, 1.5, Number.NaN])('maxTextLength %d is refused by name', (maxTextLength) => {
    expect(() => analyzeQueryText('SELECT 1', { maxTextLength })).toThrow(
      new TypeError('maxTextLength must be a positive integer'),
    )
  })

  test.each(['backslashEscapes', 'keepParameterizedText'])(
    '%s of another type is refused by name',
    (name) => {
      const options: object = { [name]: 'on' }
      expect(() => analyzeQueryText('SELECT 1', options)).toThrow(new TypeError(`${name} must be a boolean`))
    },
  )
})
