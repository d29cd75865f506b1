import { describe, expect, test } from 'vitest'
import { analyzeQueryText } from './analyze-query-text.js'
import { sanitizeFailClosed } from './sanitize-fail-closed.js'

const secret = 'Zqsecret'

/** Statements with two literals `%s`, of which each can be broken. */
const statements = [
  "SELECT * FROM t WHERE a = '%s' AND b = '%s'",
  "INSERT INTO t (a, b) VALUES ('%s', '%s')",
  "UPDATE t SET a = '%s' WHERE b = '%s'",
  "SELECT f('%s'), '%s'::text FROM t",
  "SELECT * FROM t WHERE a IN ('%s', '%s') ORDER BY a LIMIT 5",
  "WITH x AS (SELECT '%s' AS a) SELECT * FROM x JOIN t ON x.a = t.a WHERE t.b LIKE '%s'",
]

/** Ways in which a value that was pasted into a statement breaks its quoting, each with the secret in it. */
const brokenValues: Record<string, string> = {
  'an apostrophe inside': `O'${secret}`,
  'an apostrophe at the begin': `'${secret}`,
  'an apostrophe at the end': `${secret}'`,
  'an apostrophe before a space': `boys' ${secret}`,
  'two apostrophes': `'${secret}' or ${secret}`,
  'an apostrophe after a backslash': `it\\'s ${secret}`,
  'a backslash at the end': `${secret}\\`,
  'a comment marker after an apostrophe': `x' -- ${secret}`,
  'an open comment after an apostrophe': `x' /* ${secret}`,
  'a number after an apostrophe': `x'12${secret}`,
  'a double quote after an apostrophe': `x'"${secret}"`,
}

function fill(statement: string, ...values: string[]): string {
  return values.reduce((text, value) => text.replace('%s', () => value), statement)
}

function everythingThatLeaves(text: string): string {
  const { sanitizedText, summary, tables, fingerprint } = analyzeQueryText(text)
  return [sanitizedText, summary, fingerprint, ...tables].join('\n')
}

describe.each(statements)('%s', (statement) => {
  test.each(Object.entries(brokenValues))('keeps a secret whose value has %s', (_what, value) => {
    for (const values of [
      [value, 'y'],
      ['x', value],
      [value, value],
    ]) {
      expect(everythingThatLeaves(fill(statement, ...values))).not.toContain(secret)
    }
  })

  test('keeps a secret wherever the text is cut off', () => {
    const text = fill(statement, `a ${secret} b`, `${secret}''${secret}`)
    for (let length = 0; length <= text.length; length++) {
      expect(everythingThatLeaves(text.slice(0, length))).not.toContain(secret)
    }
  })

  test('is not called broken when its values are quoted well', () => {
    expect(analyzeQueryText(fill(statement, "it''s", 'C:\\dir\\')).isFailClosed).toBe(false)
  })
})

describe('a text that is broken', () => {
  test.each([
    ["SELECT 'a' FROM t WHERE b = 'x", 'an open string'],
    ["SELECT 'a', E'b\\'", 'an open string with escapes'],
    ["SELECT 'a', $x$ b", 'an open dollar quote'],
    ["SELECT 'a', \"b", 'an open identifier'],
    ["SELECT 'a' /* b", 'an open comment'],
    ["SELECT 'a'b FROM t", 'a word glued to a quote'],
    ["SELECT 'a'1", 'a number glued to a quote'],
    ["SELECT 'a'$1", 'a parameter glued to a quote'],
    ["SELECT 'a'$$b$$", 'a dollar quote glued to a quote'],
    ['SELECT \'a\'"b"', 'an identifier glued to a quote'],
  ])('is cut at its first quoted literal: %s', (text) => {
    const shape = analyzeQueryText(text)
    expect(shape.isFailClosed).toBe(true)
    expect(shape.sanitizedText).toBe('SELECT ?')
    expect(shape.summary).toBe('SELECT')
    expect(shape.tables).toEqual([])
  })

  test('has the fingerprint of what stands before its first literal, however it goes on', () => {
    const first = analyzeQueryText("SELECT * FROM t WHERE name = 'O'Brien' AND a = 1")
    const second = analyzeQueryText("SELECT * FROM t WHERE name = 'D'Arcy' AND b = 'x'")
    expect(second.fingerprint).toBe(first.fingerprint)
  })

  test.each(["'d'AND", "'d'OR", "'d'FROM t", "'a'AS x", "'a'IS NULL", "'b'::text", "'c')", "'c',", "'c'||x"])(
    'is not one where %s is glued to a quote',
    (tail) => {
      expect(analyzeQueryText(`SELECT ${tail}`).isFailClosed).toBe(false)
    },
  )
})

describe('sanitizeFailClosed', () => {
  test('replaces everything from the first quoted literal on', () => {
    expect(sanitizeFailClosed("SELECT a, 1 FROM t WHERE b = 'x' AND c = d")).toBe(
      'SELECT a, ? FROM t WHERE b = ?',
    )
    expect(sanitizeFailClosed('DO $$ BEGIN END $$ LANGUAGE plpgsql')).toBe('DO ?')
    expect(sanitizeFailClosed("SELECT E'a', b")).toBe('SELECT ?')
  })

  test('sanitises a text without quoted literals as usual', () => {
    expect(sanitizeFailClosed('SELEC a FROM "t" WHERE b = 5 /* c */')).toBe('SELEC a FROM "t" WHERE b = ?')
  })

  test('follows the escape rules that it is told', () => {
    const text = "SELECT a, 'it\\'s' FROM t"
    expect(sanitizeFailClosed(text, { backslashEscapes: true })).toBe('SELECT a, ?')
  })

  test('gives an empty text for anything but a string', () => {
    // A driver hands over whatever its caller passed.
    for (const value of [undefined, null, 0, {}])
      expect(sanitizeFailClosed(value as unknown as string)).toBe('')
  })

  test.each([
    [
      "SELECT a FROM t WHERE b = Mary O Brien' AND c = 'x'",
      'SELECT a FROM t WHERE b = ?',
      'words that run into a quote',
    ],
    [
      "SELECT a FROM t WHERE b = s.Mary-Jane'",
      'SELECT a FROM t WHERE b = ?',
      'names and signs that run into a quote',
    ],
    [
      "SELECT a, x FROM t WHERE b = f(c, Mary')",
      'SELECT a, x FROM t WHERE b = f(c, ?',
      'only what stands behind a comma',
    ],
    [
      "SELECT a FROM t WHERE b IN [Mary']",
      'SELECT a FROM t WHERE b IN [?',
      'only what stands behind a bracket',
    ],
    ["SELECT 1; Mary'", 'SELECT ?; ?', 'only what stands behind a semicolon'],
    [
      "SELECT a FROM t WHERE b = date 'x",
      'SELECT a FROM t WHERE b = date ?',
      'no word that a space keeps apart',
    ],
    ["SELECT a FROM t WHERE b = 5'x'", 'SELECT a FROM t WHERE b = ?', 'numbers that run into a quote'],
    [
      'SELECT a FROM t WHERE b = "it\'s" AND c = 1',
      'SELECT a FROM t WHERE b = ?',
      'identifiers with an apostrophe',
    ],
    ['DO$$BEGIN a; END$$', '?', 'words with a dollar quote in them'],
    ['SELECT ANY({a,b})', 'SELECT ANY(?', 'braces'],
    ['SELECT $1, $, b', 'SELECT $1, $, b', 'no dollar sign'],
  ])('from %j makes %j: it masks %s', (text, expected) => {
    expect(sanitizeFailClosed(text)).toBe(expected)
  })
})
