import { describe, expect, test } from 'vitest'
import { slotsOf } from '../../test/slots-of.ts'
import { analyzeQueryText } from '../analyze-query-text.js'

describe('a value that is compared with a column', () => {
  test.each([
    ['SELECT a FROM t x WHERE x.user_id = $1', '$1 eq x.user_id'],
    ['SELECT a FROM t WHERE a = timestamp with time zone $1', '$1 eq a'],
    ['SELECT a FROM t WHERE (a, x.b) = ($1, $2)', '$1 eq a', '$2 eq x.b'],
    ['SELECT a FROM t WHERE (a, b) = ROW($1, $2)', '$1 eq a', '$2 eq b'],
    ['SELECT a FROM t WHERE ROW(a, b) <> ($1, $2)', '$1 range a', '$2 range b'],
    [
      'SELECT a FROM t WHERE (a, b) NOT IN (($1, $2), ($3::int, lower($4))) AND c = $5',
      ...['$1 in a', '$2 in b', '$3 in a', '$4 argument', '$5 eq c'],
    ],
    ['SELECT a FROM t WHERE (a, b) = ((c, $1), $2)', '$1 eq', '$2 eq b'],
    [
      'SELECT a FROM t WHERE (a, b) IN (SELECT c, $1 FROM u WHERE (d, e) = ($2, $3))',
      '$1 other',
      '$2 eq d',
      '$3 eq e',
    ],
    ['SELECT a FROM t WHERE (a) = ($1) AND (b = $2)', '$1 eq', '$2 eq b'],
    ['SELECT a FROM t WHERE a > ALL(ARRAY[$1, $2]::int[])', '$1 range a', '$2 range a'],
    ['SELECT a FROM t WHERE $1 = user_id', '$1 eq user_id'],
    ['SELECT a FROM t WHERE $1 = x.user_id AND b', '$1 eq x.user_id'],
    ['SELECT a FROM t WHERE ($1 = user_id)', '$1 eq user_id'],
    ['SELECT a FROM t WHERE $1::int = user_id::text', '$1 eq user_id'],
    ['SELECT a FROM t WHERE id = $1::int', '$1 eq id'],
    ['SELECT a FROM t WHERE id::text = $1', '$1 eq id'],
    ['SELECT a FROM t WHERE id::varchar(10) = $1', "'10' other", '$1 eq id'],
    ['SELECT a FROM t WHERE id::int[] = $1', '$1 eq id'],
    ['SELECT a FROM t WHERE id = CAST($1 AS int)', '$1 eq id'],
    ['SELECT a FROM t WHERE id = ($1)', '$1 eq id'],
    ['SELECT a FROM t WHERE id = -$1', '$1 eq id'],
    ['SELECT a FROM t WHERE "userId" = $1', '$1 eq userId'],
    ['SELECT a FROM t WHERE UserID = $1', '$1 eq userid'],
    ['SELECT a FROM t WHERE "a""b" = $1', '$1 eq a"b'],
    ['SELECT a FROM t WHERE db.sc.t.id = $1', '$1 eq t.id'],
    ['SELECT a FROM t WHERE a = $1 COLLATE "C" AND b COLLATE "C" = $2', '$1 eq a', '$2 eq b'],
    ['SELECT a FROM t WHERE a IS NOT DISTINCT FROM $1', '$1 eq a'],
    ['SELECT a FROM t WHERE a IS DISTINCT FROM $1', '$1 range a'],
    ['SELECT a FROM t WHERE a IN ($1, $2)', '$1 in a', '$2 in a'],
    ['SELECT a FROM t WHERE a NOT IN ($1::int)', '$1 in a'],
    ['SELECT a FROM t WHERE a = ANY($1)', '$1 any a'],
    ['SELECT a FROM t WHERE a = ANY ($1::int[])', '$1 any a'],
    ['SELECT a FROM t WHERE a = ANY(ARRAY[$1, $2])', '$1 any a', '$2 any a'],
    ['SELECT a FROM t WHERE a = SOME($1)', '$1 any a'],
    ['SELECT a FROM t WHERE a <> ALL($1)', '$1 range a'],
    ['SELECT a FROM t WHERE a > ALL(ARRAY[$1, $2]::int[])', '$1 range a', '$2 range a'],
    ['SELECT a FROM t WHERE a < $1 AND b > $2', '$1 range a', '$2 range b'],
    ['SELECT a FROM t WHERE a <= $1 AND b >= $2', '$1 range a', '$2 range b'],
    ['SELECT a FROM t WHERE a <> $1 AND b != $2', '$1 range a', '$2 range b'],
    ['SELECT a FROM t WHERE $1 < a', '$1 range a'],
    ['SELECT a FROM t WHERE a BETWEEN $1 AND $2 AND b = $3', '$1 range a', '$2 range a', '$3 eq b'],
    ['SELECT a FROM t WHERE a NOT BETWEEN SYMMETRIC $1 AND $2', '$1 range a', '$2 range a'],
    [
      'SELECT a FROM t WHERE a BETWEEN $1::numeric(9,2) AND $2',
      '$1 range a',
      "'9' other",
      "'2' other",
      '$2 range a',
    ],
    ['SELECT a FROM t WHERE a LIKE $1 OR a NOT ILIKE $2', '$1 like a', '$2 like a'],
    ['SELECT a FROM t WHERE a SIMILAR TO $1 ESCAPE $2', '$1 like a', '$2 other'],
    ['SELECT a FROM t WHERE a ~ $1 AND a !~* $2 AND a ~~ $3', '$1 like a', '$2 like a', '$3 like a'],
    ['SELECT a FROM t JOIN u ON t.id = u.t_id AND u.b = $1', '$1 eq u.b'],
    ['SELECT a FROM t GROUP BY a HAVING count(*) > $1', '$1 range'],
    ['SELECT count(*) FILTER (WHERE a = $1) FROM t', '$1 eq a'],
    ['SELECT a FROM t WHERE NOT (a = $1 OR (b = $2))', '$1 eq a', '$2 eq b'],
    ['DELETE FROM t WHERE id = $1', '$1 eq id'],
  ])('%s', (text, ...slots) => {
    expect(slotsOf(text)).toEqual(slots)
  })
})

describe('a value that is compared with more than a column has no column', () => {
  test.each([
    ['SELECT a FROM t WHERE lower(a) = $1', '$1 eq'],
    ['SELECT a FROM t WHERE $1 = lower(a)', '$1 eq'],
    ['SELECT a FROM t WHERE a + b = $1', '$1 eq'],
    ["SELECT a FROM t WHERE a->>'k' = $1", "'k' other", '$1 eq'],
    ['SELECT a FROM t WHERE a[1] = $1', "'1' other", '$1 eq'],
    ['SELECT a FROM t WHERE $1 = a + b', '$1 eq'],
    ['SELECT a FROM t WHERE (a, lower(b)) = ($1, $2)', '$1 eq', '$2 eq'],
    ['SELECT a FROM t WHERE (a, b + 1) IN (($1, $2))', "'1' other", '$1 in', '$2 in'],
    ['SELECT a FROM t WHERE t = ($1, $2, $3)', '$1 eq', '$2 eq', '$3 eq'],
    ["SELECT POSITION('x' IN a), POSITION(a IN $1) FROM t", "'x' argument", '$1 other'],
    ['SELECT a FROM t WHERE $1 IN (a, b)', '$1 other'],
    ['SELECT a FROM t WHERE a = $1 + b AND c = $2::text || d', '$1 other', '$2 other'],
    ['SELECT a FROM t WHERE a = ($1 - b) AND c IN (@1, @$2)', '$1 other', "'1' other", '$2 other'],
    ['SELECT sum(a) OVER (ORDER BY b ROWS BETWEEN $1 PRECEDING AND $2 FOLLOWING)', '$1 range', '$2 range'],
    ['SELECT a FROM t WHERE a = (SELECT b FROM u WHERE c = $1)', '$1 eq c'],
    ['SELECT a FROM t WHERE a = b + $1', '$1 other'],
    ['SELECT a FROM t WHERE tags @> $1', '$1 other'],
    ['SELECT a FROM t WHERE $1 = ANY(tags)', '$1 other'],
    ['SELECT a FROM t WHERE 1 = 1', "'1' other", "'1' other"],
    ['SELECT a FROM t WHERE CURRENT_DATE = $1', '$1 eq'],
  ])('%s', (text, ...slots) => {
    expect(slotsOf(text)).toEqual(slots)
  })
})

describe('a value that pages', () => {
  test.each([
    ['SELECT a FROM t LIMIT $1 OFFSET $2', '$1 limit', '$2 offset'],
    ['SELECT a FROM t OFFSET $1 ROWS FETCH FIRST $2 ROWS ONLY', '$1 offset', '$2 limit'],
    ['SELECT a FROM t FETCH NEXT ($1) ROWS ONLY', '$1 limit'],
    ['SELECT a FROM t LIMIT 10', "'10' limit"],
    ['SELECT a FROM t LIMIT $1::int', '$1 limit'],
  ])('%s', (text, ...slots) => {
    expect(slotsOf(text)).toEqual(slots)
  })
})

describe('a value that is written', () => {
  test.each([
    ['UPDATE t SET a = $1, "B" = $2 WHERE id = $3', '$1 set a', '$2 set B', '$3 eq id'],
    ['UPDATE t SET a = a + $1 FROM u WHERE u.b = $2', '$1 set a', '$2 eq u.b'],
    [
      'UPDATE t SET a = CASE WHEN b = $1 THEN $2 ELSE $3 END, c = $4',
      '$1 eq b',
      '$2 set a',
      '$3 set a',
      '$4 set c',
    ],
    ['UPDATE t SET a = lower($1), b = (SELECT c FROM u WHERE d = $2)', '$1 argument', '$2 eq d'],
    ['UPDATE t SET (a, b) = ($1, $2), c = $3', '$1 set a', '$2 set b', '$3 set c'],
    ['INSERT INTO t (a, "B") VALUES ($1, $2)', '$1 value a', '$2 value B'],
    ['INSERT INTO s.t AS x (a, b) VALUES ($1, DEFAULT), (DEFAULT, $2)', '$1 value a', '$2 value b'],
    ['INSERT INTO t (a, b) VALUES (lower($1), $2::int)', '$1 argument', '$2 value b'],
    ['INSERT INTO t VALUES ($1, $2)', '$1 value', '$2 value'],
    [
      'INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET b = $2 WHERE t.c = $3',
      '$1 value a',
      '$2 set b',
      '$3 eq t.c',
    ],
    ['INSERT INTO t (a, b) SELECT $1, c FROM u WHERE d = $2', '$1 other', '$2 eq d'],
    [
      'WITH x AS (INSERT INTO t (a) VALUES ($1) RETURNING b) INSERT INTO u (c) VALUES ($2)',
      '$1 value a',
      '$2 value c',
    ],
    [
      'MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = $1 WHEN NOT MATCHED THEN INSERT (c, d) VALUES ($2, $3)',
      '$1 set b',
      '$2 value c',
      '$3 value d',
    ],
  ])('%s', (text, ...slots) => {
    expect(slotsOf(text)).toEqual(slots)
  })
})

describe('any other value', () => {
  test.each([
    ['SELECT f($1, b => $2), coalesce(a, $3)', '$1 argument', '$2 argument', '$3 argument'],
    ['CALL p($1)', '$1 argument'],
    ['SELECT $1', '$1 other'],
    ['SELECT a FROM (VALUES ($1, $2)) v(a, b)', '$1 other', '$2 other'],
    ['SET LOCAL x = 5', "'5' other"],
    ['SELECT NULL, TRUE WHERE a = NULL AND b IS NULL'],
    ['SAVEPOINT a'],
  ])('%s', (text, ...slots) => {
    expect(slotsOf(text)).toEqual(slots)
  })
})

describe('a literal', () => {
  test.each([
    ["a = 'x'", 'x'],
    ["a = 'it''s'", "it's"],
    ["a = ''", ''],
    ['a = 5', '5'],
    ['a = -5', '-5'],
    ['a = - 1.5e3', '-1.5e3'],
    ['a = +5', '5'],
    ["a = E'x\\ny'", 'x\\ny'],
    ['a = $q$x$q$', 'x'],
    ["a = date '2024-01-01'", '2024-01-01'],
    ["a = X'1F'", '1F'],
    ["a = 'x''y'\n'z'", "x''y'\n'z"],
    ["a = 'x'::uuid", 'x'],
    [`a = '${"''".repeat(100)}'`, "'".repeat(100)],
    [`a = '${'x'.repeat(500)}'`, 'x'.repeat(128)],
    [`a = ${'1'.repeat(500)}`, '1'.repeat(128)],
  ])('of %s has its value, at most 128 characters of it', (condition, literal) => {
    expect(analyzeQueryText(`SELECT b FROM t WHERE ${condition}`).slots).toEqual([
      { role: 'eq', column: 'a', qualifier: undefined, parameter: 0, literal },
    ])
  })
})

describe('statements of object-relational mappers resolve', () => {
  test.each([
    ['select "posts".* from "posts" where "posts"."author_id" = $1', '$1 eq posts.author_id'],
    ['select * from "x" where "x"."y" = $1 limit $2', '$1 eq x.y', '$2 limit'],
    [
      'SELECT "public"."User"."id" FROM "public"."User" WHERE ("t0"."id" = $1 AND 1=1) OFFSET $2',
      '$1 eq t0.id',
      "'1' other",
      "'1' other",
      '$2 offset',
    ],
    ['SELECT "t"."id" FROM "s"."t" WHERE "s"."t"."id" IN ($1)', '$1 in t.id'],
    [
      'SELECT "User"."id" AS "User_id" FROM "user" "User" WHERE (("User"."id" = $1)) AND ( "User"."deletedAt" IS NULL ) LIMIT 1',
      '$1 eq User.id',
      "'1' limit",
    ],
    [
      'SELECT * FROM "Users" AS "User" WHERE "User"."name" = \'Ann\' LIMIT 1;',
      "'Ann' eq User.name",
      "'1' limit",
    ],
    [
      'insert into "users" ("id", "name") values (default, $1) on conflict ("id") do update set "name" = $2 returning "id"',
      '$1 value name',
      '$2 set name',
    ],
    [
      'select "d" from "a" "t" left join lateral (select json_agg(x) as "d" from (select * from "b" "u" where "u"."a_id" = "t"."id" limit $1) "u") "v" on true where "t"."id" = $2',
      '$1 limit',
      '$2 eq t.id',
    ],
  ])('%s', (text, ...slots) => {
    expect(slotsOf(text)).toEqual(slots)
  })
})

describe('slots', () => {
  test('are at most 64', () => {
    const parameters = Array.from({ length: 100 }, (_, index) => `$${index + 1}`)
    const { slots } = analyzeQueryText(`SELECT a FROM t WHERE b IN (${parameters.join(', ')})`)
    expect(slots).toHaveLength(64)
    expect(slots.at(-1)).toMatchObject({ parameter: 64, role: 'in', column: 'b' })
  })

  test('of a list whose items are left out of the text are all there', () => {
    expect(slotsOf('SELECT a FROM t WHERE b IN (1, 2, 3)')).toEqual(["'1' in b", "'2' in b", "'3' in b"])
  })

  test('are found inside of 64 brackets, and outside again behind deeper ones', () => {
    const deep = `${'('.repeat(100)}a = $1${')'.repeat(100)} AND b = $2`
    expect(slotsOf(`SELECT 1 FROM t WHERE ${deep}`)).toEqual(["'1' other", '$1 eq a', '$2 eq b'])
  })

  test('of one statement know nothing of the one before', () => {
    expect(slotsOf('UPDATE t SET a = 1; SELECT $1')).toEqual(["'1' set a", '$1 other'])
    expect(slotsOf('SELECT a FROM t WHERE (b = ; $1')).toEqual(['$1 eq b'])
  })
})
