import { describe, expect, test } from 'vitest'
import { analyzeQueryText } from '../analyze-query-text.js'
import type { StatementKind } from '../query-shape.js'

const texts: Record<StatementKind, readonly string[]> = {
  read: [
    'SELECT 1',
    '(SELECT 1) UNION SELECT 2',
    'VALUES (1)',
    'TABLE t',
    'WITH x AS (SELECT 1) SELECT * FROM x',
    'SELECT * FROM t JOIN pg_class ON true',
    'SELECT pg_backend_pid()',
    'SELECT * FROM app.pg_things',
    '/* a */ SELECT 1',
  ],
  write: [
    'INSERT INTO t VALUES (1)',
    'UPDATE t SET a = 1',
    'DELETE FROM t',
    'MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE',
    'WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x',
    'WITH x AS (DELETE FROM t RETURNING a) SELECT * FROM x',
  ],
  ddl: [
    'CREATE TABLE t (a int)',
    'CREATE TABLE t AS SELECT 1',
    'ALTER TABLE t ADD b int',
    'DROP INDEX i',
    'TRUNCATE t',
    "COMMENT ON TABLE t IS 'x'",
    'GRANT SELECT ON t TO u',
    'REVOKE ALL ON t FROM u',
    'SELECT * INTO u FROM t',
  ],
  transaction: [
    'BEGIN',
    'START TRANSACTION READ ONLY',
    'COMMIT',
    'END',
    'ABORT',
    'ROLLBACK TO a',
    'SAVEPOINT a',
    'RELEASE a',
    "PREPARE TRANSACTION 'x'",
    'BEGIN; COMMIT',
  ],
  session: [
    'SET a = 1',
    'SHOW a',
    'RESET a',
    'DISCARD ALL',
    'LISTEN a',
    'NOTIFY a',
    'UNLISTEN *',
    'DEALLOCATE a',
  ],
  cursor: ['DECLARE a CURSOR FOR SELECT 1', 'FETCH a', 'MOVE 5 FROM a', 'CLOSE a'],
  copy: ['COPY t FROM STDIN', "COPY (SELECT 1) TO '/x'"],
  catalogue: [
    'SELECT * FROM pg_class',
    'SELECT * FROM pg_catalog.pg_class c JOIN information_schema.tables t ON true',
    'WITH x AS (SELECT * FROM pg_type) SELECT * FROM x',
  ],
  other: [
    'EXPLAIN SELECT 1',
    'CALL p()',
    'DO $$x$$',
    'VACUUM',
    'EXECUTE p',
    'PREPARE p AS SELECT 1',
    '',
    ';',
    'hello',
  ],
  lock: ['LOCK t', 'LOCK TABLE ONLY t IN SHARE MODE NOWAIT'],
}

for (const [kind, rows] of Object.entries(texts)) {
  test.each(rows)(`the kind of %j is ${kind}`, (text) => {
    expect(analyzeQueryText(text).kind).toBe(kind)
  })
}

describe('of several statements', () => {
  test.each([
    ['BEGIN; SET LOCAL a = 1; UPDATE t SET b = 2; COMMIT', 'write'],
    ['SELECT 1; DELETE FROM t', 'read'],
    ['SET a = 1; BEGIN', 'session'],
    ['; ; SELECT 1 ;', 'read'],
  ])('the first one that is not about the transaction or session decides: %s', (text, kind) => {
    expect(analyzeQueryText(text).kind).toBe(kind)
  })

  test('the text says that it has several, unless all but one are empty', () => {
    expect(analyzeQueryText('SELECT 1; SELECT 2').isMultiStatement).toBe(true)
    expect(analyzeQueryText(' ; SELECT 1; ; -- x').isMultiStatement).toBe(false)
    expect(analyzeQueryText("SELECT ';'; /* ; */").isMultiStatement).toBe(false)
    expect(analyzeQueryText('CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)').isMultiStatement).toBe(
      false,
    )
    const body = 'BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END'
    expect(analyzeQueryText(`CREATE FUNCTION f() RETURNS int ${body}`).isMultiStatement).toBe(false)
    expect(analyzeQueryText(`CREATE FUNCTION f() RETURNS int ${body}; SELECT 1`).isMultiStatement).toBe(true)
  })
})

describe('tables', () => {
  test.each([
    [
      'SELECT * FROM a, "B" x, c.D AS y JOIN e USING (f) LEFT JOIN LATERAL (SELECT * FROM g) h ON true',
      'a',
      'B',
      'd',
      'e',
      'g',
    ],
    ['SELECT * FROM ONLY a, (b JOIN c ON true), ((SELECT * FROM d))', 'a', 'b', 'c', 'd'],
    ['SELECT * FROM f(1), generate_series(1, 2) g, ROWS FROM (h(1), i(2)), t', 't'],
    ['SELECT * FROM a -- x\n . /* y */ b', 'b'],
    ['SELECT extract(epoch FROM b), substring(c FROM 1), trim(both FROM d) FROM a', 'a'],
    ['SELECT * FROM a WHERE b IS DISTINCT FROM c', 'a'],
    ['SELECT a FROM b WHERE c IN (SELECT d FROM e) AND EXISTS (SELECT 1 FROM f)', 'b', 'e', 'f'],
    ['SELECT * FROM a UNION ALL SELECT * FROM b EXCEPT TABLE c', 'a', 'b', 'c'],
    ['SELECT * FROM a, a x, "a"', 'a'],
    ['WITH x AS (SELECT * FROM a), y AS NOT MATERIALIZED (SELECT * FROM x) SELECT * FROM x, y, b', 'a', 'b'],
    ['WITH RECURSIVE x(n) AS (SELECT 1 UNION SELECT n FROM x JOIN a ON true) SELECT * FROM x', 'a'],
    ['WITH a AS (SELECT * FROM a) SELECT * FROM a', 'a'],
    ['SELECT (WITH x AS (SELECT * FROM a) SELECT 1 FROM x) FROM x', 'a', 'x'],
    ['WITH x AS (SELECT 1) INSERT INTO x SELECT * FROM x', 'x'],
    ['WITH x AS (SELECT 1) SELECT * FROM s.x', 'x'],
    ['WITH a AS (SELECT 1), recursive AS (SELECT 2) SELECT * FROM recursive, b', 'b'],
    ['CREATE VIEW v AS WITH x AS (SELECT * FROM a) SELECT * FROM x', 'v', 'a'],
    ['INSERT INTO a (b) SELECT c FROM d ON CONFLICT (b) DO UPDATE SET b = e.f RETURNING g', 'a', 'd'],
    ['UPDATE ONLY a AS x SET b = c.d FROM c JOIN e ON true WHERE f', 'a', 'c', 'e'],
    ['DELETE FROM a USING b, c WHERE a.d = b.e', 'a', 'b', 'c'],
    ['MERGE INTO a USING (SELECT * FROM b) x ON true WHEN MATCHED THEN DELETE', 'a', 'b'],
    ['TRUNCATE TABLE ONLY a, b.c CASCADE', 'a', 'c'],
    ['LOCK TABLE a, b IN SHARE MODE', 'a', 'b'],
    ['COPY a (b) FROM STDIN', 'a'],
    ['CREATE TEMP TABLE IF NOT EXISTS a AS SELECT * FROM b', 'a', 'b'],
    ['CREATE OR REPLACE VIEW a (x, y) AS SELECT * FROM b', 'a', 'b'],
    ['CREATE UNIQUE INDEX CONCURRENTLY i ON ONLY a (b)', 'a'],
    ['ALTER TABLE IF EXISTS ONLY a ADD b int', 'a'],
    ['REFRESH MATERIALIZED VIEW CONCURRENTLY a', 'a'],
    ['SELECT * INTO TEMP TABLE a FROM b', 'a', 'b'],
    ['PREPARE p (int) AS SELECT * FROM a', 'a'],
    ['DECLARE c CURSOR FOR SELECT * FROM a FOR UPDATE', 'a'],
    ['SELECT nextval($1), "from" FROM t', 't'],
    ["SELECT * FROM 'a', $1, 5"],
    ['CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 FROM a; END'],
    ['GRANT SELECT ON a TO b'],
    ['SELECT a FROM'],
    ['WITH RECURSIVE x AS (SELECT * FROM y, a), y AS (SELECT 1 FROM x) SELECT * FROM x', 'a'],
    ['WITH x AS (SELECT * FROM y, a), y AS (SELECT 1) SELECT * FROM x, y', 'y', 'a'],
    ['SELECT * FROM y UNION (WITH RECURSIVE x AS (SELECT * FROM y), y AS (SELECT 1) TABLE x)', 'y'],
    ['WITH RECURSIVE x AS (SELECT * FROM s.y), y AS (SELECT 1) SELECT * FROM x', 'y'],
    ['SELECT * FROM user, CURRENT_DATE d, "user", a', 'user', 'a'],
    ['DROP TABLE IF EXISTS a, s.b CASCADE', 'a', 'b'],
    ['DROP FUNCTION f(int, text), g'],
    ['VACUUM (FULL, VERBOSE) a, s.b (c, d), e', 'a', 'b', 'e'],
    ['ANALYZE VERBOSE a', 'a'],
    ['VACUUM FULL FREEZE ANALYZE a', 'a'],
    ['CLUSTER a USING i', 'a'],
    ['ANALYZE'],
  ])('of %s', (text, ...tables) => {
    expect(analyzeQueryText(text).tables).toEqual(tables)
  })

  test('are at most 64', () => {
    const names = Array.from({ length: 100 }, (_, index) => `t${index}`)
    expect(analyzeQueryText(`SELECT 1 FROM ${names.join(', ')}`).tables).toEqual(names.slice(0, 64))
  })
})

describe('the summary', () => {
  test.each([
    ['SELECT "song list", \'x\' FROM "song list", "artists"', 'SELECT "song list" "artists"'],
    ['insert into A select * from B', 'insert A select B'],
    ['SELECT * FROM a . "B"', 'SELECT a."B"'],
    ['SELECT * FROM f(1), t', 'SELECT f t'],
    ['CREATE UNLOGGED TABLE IF NOT EXISTS s.t (a int)', 'CREATE TABLE s.t'],
    ['CREATE MATERIALIZED VIEW v AS SELECT * FROM t', 'CREATE MATERIALIZED VIEW v SELECT t'],
    ['CREATE VIEW v AS WITH x AS (SELECT * FROM a) SELECT * FROM b', 'CREATE VIEW v SELECT a SELECT b'],
    ['CREATE TABLE t AS (SELECT * FROM a)', 'CREATE TABLE t SELECT a'],
    ['CREATE TEXT SEARCH CONFIGURATION c (PARSER = x)', 'CREATE TEXT SEARCH CONFIGURATION c'],
    ['CREATE INDEX ON t (a)', 'CREATE INDEX'],
    ['DROP FOREIGN DATA WRAPPER IF EXISTS w', 'DROP FOREIGN DATA WRAPPER w'],
    ['ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO u', 'ALTER DEFAULT PRIVILEGES'],
    ['CREATE SCHEMA AUTHORIZATION u', 'CREATE SCHEMA'],
    ['SHOW SESSION AUTHORIZATION', 'SHOW SESSION AUTHORIZATION'],
    ['SET TIME ZONE utc', 'SET TIME ZONE'],
    ['RESET ALL', 'RESET'],
    ['SELECT 1; hello; SELECT * FROM t', 'SELECT; SELECT t'],
    ['EXPLAIN (ANALYZE) UPDATE t SET a = 1', 'EXPLAIN UPDATE t'],
    ['VALUES (1)', 'VALUES'],
    [
      'WITH RECURSIVE x AS (SELECT * FROM y JOIN "long name" ON true), y AS (SELECT * FROM b) SELECT * FROM x, c',
      'SELECT "long name" SELECT b SELECT c',
    ],
    [
      'WITH RECURSIVE x AS (SELECT * FROM yy, b, z, yy v), yy AS (SELECT * FROM z), z AS (SELECT 1) SELECT * FROM x, c',
      'SELECT b SELECT SELECT SELECT c',
    ],
    [
      'SELECT * FROM pg_class; WITH RECURSIVE x AS (TABLE pg_y), pg_y AS (SELECT 1) TABLE x',
      'SELECT pg_class; TABLE SELECT TABLE',
    ],
    ['DROP VIEW a, b', 'DROP VIEW a b'],
    ['DROP OWNED BY a, b', 'DROP OWNED'],
    ['VACUUM (ANALYZE) t', 'VACUUM t'],
    ['SELECT * FROM current_user, t', 'SELECT current_user t'],
    ['SELECT a AS select FROM t', 'SELECT t'],
  ])('of %s', (text, summary) => {
    expect(analyzeQueryText(text).summary).toBe(summary)
  })

  test('ends with a whole name within 255 characters', () => {
    const names = Array.from({ length: 50 }, (_, index) => `table_${'x'.repeat(17)}${index + 10}`)
    const { summary } = analyzeQueryText(`SELECT a FROM ${names.join(', ')} WHERE b = 'secret'`)
    expect(summary).toBe(`SELECT ${names.slice(0, 9).join(' ')}`)
    expect(analyzeQueryText(`SELECT a FROM ${'x'.repeat(300)}, b`).summary).toBe('SELECT')
  })
})

describe('flags', () => {
  test.each([
    ['SELECT a FROM t ORDER BY a LIMIT 5', true, true],
    ['(SELECT a FROM t ORDER BY a LIMIT 5)', true, true],
    ['(SELECT a FROM t) UNION (SELECT b FROM u) ORDER BY 1 FETCH FIRST ROW ONLY', true, true],
    ['SELECT * FROM (SELECT a FROM t ORDER BY a LIMIT 5) x JOIN u ON true', true, true],
    ['SELECT (SELECT a FROM t ORDER BY a LIMIT 1) FROM u', false, false],
    ['SELECT array_agg(a ORDER BY b), rank() OVER (ORDER BY c) FROM t', false, false],
    ['SELECT * FROM t LEFT JOIN LATERAL (SELECT a FROM u ORDER BY a LIMIT 1) x ON true', false, false],
    ['WITH x AS (SELECT a FROM t ORDER BY a LIMIT 1) SELECT * FROM u', false, false],
    ['FETCH 5 FROM c', false, false],
  ])('of %s: an order %s, a limit %s', (text, hasOrderBy, hasLimit) => {
    expect(analyzeQueryText(text)).toMatchObject({ hasOrderBy, hasLimit })
  })

  test('say whether the outermost query has an offset', () => {
    expect(analyzeQueryText('SELECT a FROM t LIMIT 1 OFFSET $1').hasOffset).toBe(true)
    expect(analyzeQueryText('SELECT a FROM t OFFSET 10').hasOffset).toBe(true)
    expect(analyzeQueryText('SELECT (SELECT a FROM t OFFSET 1) FROM u LIMIT 1').hasOffset).toBe(false)
  })

  test('say whether locked rows are skipped', () => {
    expect(analyzeQueryText('SELECT a FROM t LIMIT 1 FOR UPDATE OF t SKIP LOCKED').skipsLocked).toBe(true)
    expect(analyzeQueryText('SELECT a FROM t FOR SHARE NOWAIT').skipsLocked).toBe(false)
    expect(analyzeQueryText('SELECT skip locked FROM t').skipsLocked).toBe(false)
  })

  test.each(['UPDATE', 'NO KEY UPDATE', 'SHARE', 'KEY SHARE', 'UPDATE OF t SKIP LOCKED'])(
    'FOR %s locks',
    (strength) => {
      expect(analyzeQueryText(`SELECT a FROM t WHERE b = 1 FOR ${strength}`).locks).toBe(true)
    },
  )

  test.each([
    'LOCK t IN SHARE MODE',
    'CREATE POLICY p ON t FOR UPDATE USING (true)',
    'SELECT substring(a FOR 2)',
  ])('%s locks no rows', (text) => {
    expect(analyzeQueryText(text).locks).toBe(false)
  })

  test.each([
    "SELECT nextval('s')",
    'SELECT pg_catalog.SETVAL($1, 2)',
    'SELECT "random"()',
    'SELECT pg_sleep (1)',
    'SELECT pg_try_advisory_xact_lock_shared(1)',
    'INSERT INTO t VALUES (gen_random_uuid())',
    "SELECT set_config('a', 'b', true)",
  ])('%s is volatile', (text) => {
    expect(analyzeQueryText(text).isVolatile).toBe(true)
  })

  test.each([
    'SELECT now()',
    'SELECT nextval FROM t',
    "SELECT 'nextval(1)'",
    'SELECT random, (1)',
    'SELECT count(*)',
  ])('%s is not volatile', (text) => {
    expect(analyzeQueryText(text).isVolatile).toBe(false)
  })

  test('say whether there is a comment, and whether the text ends in one that goes to the end of its line', () => {
    expect(analyzeQueryText('SELECT 1')).toMatchObject({ hasComment: false, endsInLineComment: false })
    expect(analyzeQueryText("SELECT '-- a /* b */'")).toMatchObject({
      hasComment: false,
      endsInLineComment: false,
    })
    expect(analyzeQueryText('SELECT 1 -- a')).toMatchObject({ hasComment: true, endsInLineComment: true })
    expect(analyzeQueryText('SELECT 1 -- a\n')).toMatchObject({ hasComment: true, endsInLineComment: false })
    expect(analyzeQueryText('SELECT 1 -- a\n/* b */')).toMatchObject({
      hasComment: true,
      endsInLineComment: false,
    })
  })

  test('say whether there is a literal', () => {
    expect(analyzeQueryText('SELECT a FROM t WHERE b = $1').hasLiterals).toBe(false)
    expect(analyzeQueryText('SELECT a FROM t WHERE b = $1 LIMIT 5').hasLiterals).toBe(true)
    expect(analyzeQueryText('SAVEPOINT a').hasLiterals).toBe(true)
  })
})
