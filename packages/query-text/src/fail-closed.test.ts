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

describe('quotes that pair up by accident', () => {
  const secrets: Record<string, string> = {
    'a name between two strings': "a = 'x' secret 'y'",
    'an identifier between two strings': "a = 'x' \"secret\" 'y'",
    'a name and a comma behind a string': "a = 'x' secret, b = 'y'",
    'a bracket behind a string': "a = 'x' (secret) 'y'",
    'a square bracket behind a string': "a = 'x' [secret] 'y'",
    'a dot behind a string': "a = 'x'.secret.'y'",
    'a name behind brackets': "a IN ('x') secret ('y')",
    'a name behind square brackets': "a = 'x' AND b[1] secret",
    'two names behind an operator': "a = 'x' AND b < secret secret OR c = 'y'",
    'two names behind AND': "a = 'x' AND secret secret = 'y'",
    'a word glued to a quote that is no type': "a = 'x' OR secret'y'",
    'a word before a string that stands behind a name': "a = 'x' AND secret secret 'y'",
    'a word before a string that stands behind a number': "a = 'x' AND 5 secret 'y'",
    'a word before a string that stands behind a parameter': "a = 'x' AND $1 secret 'y'",
    'a keyword glued to a quote before names': "a = 'x'or secret secret 'y'",
    'a statement that begins with a name': "a = 'x'; secret 'y'",
    'a control character behind a string': "a = 'x' \u0001 secret 'y'",
    'a brace behind a string': "a = 'x' } secret { 'y'",
    'a dollar sign behind a string': "a = 'x' $ secret 'y'",
    'a backslash': 'a = \\ secret',
    'a backtick': 'a = `secret`',
    'quotes of prose': 'a = ‘secret’',
    'an object of JSON': 'a = {"secret": "secret"}',
    'a dollar tag that begins with a digit': 'a = $1$secret secret$1$',
  }

  test.each(Object.entries(secrets))('are seen by %s', (_what, condition) => {
    for (const text of [
      `SELECT a FROM t WHERE ${condition}`,
      `SELECT b FROM u; UPDATE t SET a = 'x' WHERE ${condition}`,
      `SELECT a FROM t WHERE f((SELECT b FROM u WHERE ${condition}))`,
    ]) {
      const shape = analyzeQueryText(text)
      expect(shape.isFailClosed, text).toBe(true)
      expect(everythingThatLeaves(text)).not.toContain('secret')
    }
  })

  test.each([
    "SELECT 'a' b, 'c' \"d\" FROM t",
    "SELECT 'a' b",
    "SELECT f('a') b, g[1] c, x y FROM t WHERE d = 'e'",
    "SELECT DISTINCT ON (a) b, 'c' d INTO e FROM t",
    "(SELECT 'a' b UNION SELECT 'c' d ORDER BY 1) LIMIT 5",
    "SELECT * FROM (SELECT 'a' b) c, f('d') e, t g WHERE g.h = 'i'",
    "SELECT * FROM t JOIN (u v JOIN f('x') w ON v.a = w.a) ON t.a = v.a AND t.b = 'y'",
    "SELECT 'a', date 'b', double precision 'c', a::character varying, s.mood 'd', s.mood'e'",
    "SELECT 'a', date'b', interval'c' day, timestamp(3) without time zone 'd'",
    "SELECT 'a' || b OVER w, count(*) FILTER (WHERE c) OVER (ORDER BY d RANGE interval '1 day' PRECEDING)",
    "SELECT 'a' IS DISTINCT FROM 'b' c, 'd' e",
    "INSERT INTO t SELECT 'a' b RETURNING 'c' d",
    "INSERT INTO t VALUES ('a') ON CONFLICT (lower(b) text_pattern_ops) DO UPDATE SET c = 'd' RETURNING 'e' f",
    "WITH a AS (SELECT 'x' b), c (d) AS (SELECT 1) SELECT * FROM a e",
    "UPDATE t SET (a, b) = ('x', 'y') FROM u v WHERE v.c = 'z' AND CURRENT OF w",
    "SELECT { d '2024-01-01' }",
    "SELECT 'a' 'b'",
    "CREATE FUNCTION f() RETURNS text LANGUAGE c AS 'x' SUPPORT y COST 5",
    "COPY t FROM 'file' (FORMAT csv, NULL 'x') WHERE a = 'y'",
    "CREATE ROLE a PASSWORD 'x' NOINHERIT VALID UNTIL 'y'",
    "BEGIN; SELECT 'a'; ; END",
    "SELECT 'a' FROM t FOR UPDATE OF t SKIP LOCKED",
    "SELECT overlay('a' placing 'b' from 1), json_object('a' VALUE 'b'), '[1]' IS JSON ARRAY",
    `SELECT ${'('.repeat(70)}'a' b${')'.repeat(70)}`,
    `SELECT ${'('.repeat(70)}1${')'.repeat(70)} x, 'a' b`,
  ])('are not seen in %s', (text) => {
    expect(analyzeQueryText(text).isFailClosed).toBe(false)
  })
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
