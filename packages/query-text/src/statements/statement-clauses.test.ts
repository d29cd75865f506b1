import { describe, expect, test } from 'vitest'
import { analyzeQueryText } from '../analyze-query-text.js'

describe('a list of tables ends', () => {
  test.each([
    ['SELECT * FROM a WHERE b GROUP BY c, d', 'a'],
    ['SELECT * FROM a WHERE b, c', 'a'],
    ['SELECT * FROM a GROUP BY b, c', 'a'],
    ['SELECT * FROM a HAVING b, c', 'a'],
    ['SELECT * FROM a ORDER BY b, c', 'a'],
    ['IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c'],
    ['SELECT * FROM a WINDOW v AS (ORDER BY b), w AS (ORDER BY c)', 'a'],
    ['SELECT * FROM a x, b y FOR UPDATE OF x, y', 'a', 'b'],
    ['SELECT * FROM a UNION SELECT b, c', 'a'],
    ['UPDATE a SET b = c.d FROM c RETURNING e, f', 'a', 'c'],
    ['DELETE FROM a USING b WHERE c RETURNING d, e', 'a', 'b'],
    ['DELETE FROM a USING b RETURNING c, d', 'a', 'b'],
    ['MERGE INTO a USING b ON true WHEN NOT MATCHED THEN INSERT (c, d) VALUES (e, f)', 'a', 'b'],
    ['MERGE INTO a USING b ON true WHEN MATCHED THEN UPDATE SET c = d, e = f', 'a', 'b'],
    ['LOCK TABLE a, b IN SHARE MODE; SELECT c, d', 'a', 'b'],
  ])('with the next clause: %s', (text, ...tables) => {
    expect(analyzeQueryText(text).tables).toEqual(tables)
  })

  test.each([
    ['SELECT * FROM a JOIN b USING (c, d)', 'a', 'b'],
    ['SELECT * FROM a JOIN b ON c, d', 'a', 'b', 'd'],
    ['DELETE FROM a USING b JOIN c USING (d, e), f', 'a', 'b', 'c', 'f'],
    ['SELECT * FROM (a x CROSS JOIN b), c', 'a', 'b', 'c'],
    ['SELECT * FROM a, LATERAL f(b, c) d, e', 'a', 'e'],
    ['SELECT * FROM a TABLESAMPLE system (1), b', 'a', 'b'],
  ])('not with a join: %s', (text, ...tables) => {
    expect(analyzeQueryText(text).tables).toEqual(tables)
  })
})

test.each([
  ['SELECT * FROM table WHERE a = 1', 'table'],
  ['SELECT * FROM (TABLE a) b', 'a'],
  ['SELECT * FROM rows, a', 'rows', 'a'],
  ['SELECT * FROM rows', 'rows'],
  ['WITH RECURSIVE x AS (SELECT * FROM s.y, y(1), z), y AS (SELECT 1) SELECT * FROM x', 'y', 'z'],
])('a table can be named like a word of the grammar: %s', (text, ...tables) => {
  expect(analyzeQueryText(text).tables).toEqual(tables)
})

describe('a statement within a statement', () => {
  test.each([
    ['EXPLAIN ANALYZE VERBOSE SELECT * FROM a', 'EXPLAIN SELECT a', 'a'],
    ['EXPLAIN (ANALYZE) EXECUTE p', 'EXPLAIN EXECUTE'],
    ['EXPLAIN CREATE TABLE t AS SELECT * FROM a', 'EXPLAIN CREATE TABLE t SELECT a', 't', 'a'],
    ['EXPLAIN DECLARE c CURSOR FOR SELECT * FROM a', 'EXPLAIN DECLARE SELECT a', 'a'],
    ['EXPLAIN WITH x AS (SELECT * FROM a) SELECT * FROM x', 'EXPLAIN SELECT a SELECT', 'a'],
    ['CREATE TABLE t AS EXECUTE p', 'CREATE TABLE t EXECUTE', 't'],
    ['CREATE TABLE t AS TABLE a', 'CREATE TABLE t TABLE a', 't', 'a'],
    ['PREPARE p AS DELETE FROM a', 'PREPARE DELETE a', 'a'],
    ['INSERT INTO t TABLE a', 'INSERT t TABLE a', 't', 'a'],
    ['INSERT INTO t (SELECT * FROM a)', 'INSERT t SELECT a', 't', 'a'],
    ['INSERT INTO t WITH x AS (SELECT 1 FROM a) SELECT * FROM x', 'INSERT t SELECT a SELECT', 't', 'a'],
    ['SELECT * FROM a UNION ALL (SELECT * FROM b)', 'SELECT a SELECT b', 'a', 'b'],
    ['SELECT * FROM a INTERSECT DISTINCT SELECT * FROM b', 'SELECT a SELECT b', 'a', 'b'],
  ])('is a part of its summary: %s', (text, summary, ...tables) => {
    expect(analyzeQueryText(text)).toMatchObject({ summary, tables })
  })

  test.each([
    ['CREATE DOMAIN d AS select', 'CREATE DOMAIN d'],
    ['CREATE CAST (a AS b) WITHOUT FUNCTION AS ASSIGNMENT', 'CREATE CAST'],
    ['COPY t TO STDOUT', 'COPY t'],
    ['GRANT INSERT, UPDATE ON t TO u', 'GRANT'],
    ['SELECT a AS update FROM t', 'SELECT t'],
    ['CREATE POLICY p ON t FOR SELECT USING (true)', 'CREATE POLICY p'],
  ])('is none where no query is due: %s', (text, summary) => {
    expect(analyzeQueryText(text).summary).toBe(summary)
  })
})

describe('what a statement is about', () => {
  test.each([
    ['SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY', 'SET SESSION CHARACTERISTICS'],
    ['SET SESSION a = 1', 'SET a'],
    ['set session authorization bob', 'set session authorization'],
    ['DROP INDEX CONCURRENTLY IF EXISTS i, j', 'DROP INDEX i j'],
    ['CREATE OR REPLACE FUNCTION f() RETURNS int', 'CREATE FUNCTION f'],
    ['ALTER TABLE IF EXISTS ONLY s . t ADD a int', 'ALTER TABLE s.t'],
    ['REINDEX TABLE CONCURRENTLY t', 'REINDEX TABLE t'],
    ['SELECT * FROM a. b /* c */ .d', 'SELECT a.b.d'],
    ['CALL s.p(1)', 'CALL s.p'],
  ])('is in its summary: %s', (text, summary) => {
    expect(analyzeQueryText(text).summary).toBe(summary)
  })

  test.each([
    ["SECURITY LABEL ON TABLE t IS 'x'", 'ddl'],
    ['IMPORT FOREIGN SCHEMA s FROM SERVER r INTO l', 'ddl'],
    ['REASSIGN OWNED BY a TO b', 'ddl'],
    ['REFRESH MATERIALIZED VIEW v', 'other'],
    ['REINDEX TABLE t', 'other'],
    ['CHECKPOINT', 'other'],
    ["LOAD 'x'", 'other'],
    ['SELECT * FROM pg_class, t', 'read'],
    ['SELECT * FROM db.pg_catalog.anything', 'catalogue'],
    ['SELECT * FROM "information_schema"."tables"', 'catalogue'],
    ['SELECT * FROM information_schema', 'read'],
    ['WITH RECURSIVE x AS (SELECT * FROM pg_y), pg_y AS (SELECT 1) SELECT * FROM x, pg_class', 'catalogue'],
    ['WITH RECURSIVE x AS (SELECT * FROM y), y AS (SELECT 1) SELECT * FROM x, pg_class', 'catalogue'],
    ['INSERT INTO t SELECT * FROM u; SELECT 1', 'write'],
    ['BEGIN; SELECT 1; UPDATE t SET a = 1', 'read'],
    ['BEGIN; hello; SELECT 1', 'other'],
    ['WITH x AS (SELECT 1) SELECT * INTO t FROM x', 'ddl'],
    ['EXPLAIN DELETE FROM t', 'other'],
    ['EXPLAIN SELECT * INTO u FROM t', 'other'],
  ])('decides its kind: %s is of the kind %s', (text, kind) => {
    expect(analyzeQueryText(text).kind).toBe(kind)
  })
})

describe('flags of the outermost query', () => {
  test.each([
    ['SELECT a FROM t FOR UPDATE', true],
    ['SELECT a FROM t FOR NO KEY UPDATE', true],
    ['WITH x AS (UPDATE t SET a = 1 RETURNING a) SELECT * FROM x', false],
    ['SELECT a FROM t ORDER BY update', false],
    ['SELECT a FROM share', false],
    ['INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 1', false],
  ])('%s: locks %s', (text, locks) => {
    expect(analyzeQueryText(text).locks).toBe(locks)
  })

  test.each([
    ['((SELECT a FROM t ORDER BY a LIMIT 5 OFFSET 1))', true],
    ['SELECT * FROM ((SELECT a FROM t ORDER BY a LIMIT 5 OFFSET 1)) x', true],
    ['VALUES (1), (2) ORDER BY 1 LIMIT 1 OFFSET 1', true],
    ['SELECT 1 WHERE a IN (SELECT b FROM t ORDER BY b LIMIT 1 OFFSET 1)', false],
    ['INSERT INTO t (a) VALUES (1)', false],
  ])('%s: order, limit and offset %s', (text, has) => {
    expect(analyzeQueryText(text)).toMatchObject({ hasOrderBy: has, hasLimit: has, hasOffset: has })
  })

  test('say that locked rows are skipped only behind SKIP', () => {
    expect(analyzeQueryText('SELECT a FROM locked FOR UPDATE OF locked').skipsLocked).toBe(false)
  })
})
