import { describe, expect, test } from 'vitest'
import { analyzeQueryText } from './analyze-query-text.js'

function everythingThatLeaves(text: string): string {
  const { sanitizedText, summary, tables } = analyzeQueryText(text)
  return [sanitizedText, summary, ...tables].join('\n')
}

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
