import { analyzeQueryText } from '@pgspan/query-text'
import fc from 'fast-check'
import { parse } from 'libpg-query'
import { expect, test } from 'vitest'
import { takesSqlComment, withSqlComment } from '../packages/instrumentation-pg/src/driver/sql-comment.js'

const comment = "/*service='shop',traceparent='00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'*/"

/** Parts of statements, whole and broken, in which a comment could begin, end or be hidden. */
const parts = fc.constantFrom(
  ...['SELECT ', '1', 'a', ' FROM t', ', ', ' WHERE a = ', '$1', ';', ' ', '\n', '(', ')', '::int', ' AS x'],
  ...["'", "''", "'a'", "'--'", "'/*'", "'*/'", "E'\\''", "'\\'", "U&'\\0061'", "B'1'", "x'", 'N'],
  ...['"', '"a"', '"--"', '"/*"', '$$', '$$ -- $$', '$t$', '$t$ /* $t$', '$1$', '$'],
  ...['--', '-- c\n', '-', '/', '*', '/*', '*/', '/* c */', '/* /* c */', '@', '=-', '/ *', '*-', '%', '\\'],
  ...[
    'é',
    '💥',
    '\0',
    '\r',
    '\t',
    '\u00a0',
    'COPY t FROM STDIN',
    'BEGIN',
    'COMMIT',
    'INSERT INTO t VALUES (',
  ],
)

const beginnings = fc.constantFrom('', 'SELECT 1', 'SELECT a FROM t', 'SELECT ', "SELECT 'a'")

/** PostgreSQL's own tree of a text; undefined for one that it refuses. */
async function treeOf(text: string): Promise<unknown> {
  return parse(text).catch(() => undefined)
}

test('a text that takes a comment is the same statement with it, and a broken one stays broken', async () => {
  let accepted = 0
  let taken = 0
  await fc.assert(
    fc.asyncProperty(beginnings, fc.array(parts, { maxLength: 7 }), async (beginning, list) => {
      const text = beginning + list.join('')
      const shape = analyzeQueryText(text)
      if (!takesSqlComment(shape, undefined)) return
      const tree = await treeOf(text)
      expect(await treeOf(withSqlComment(text, shape, comment))).toEqual(tree)
      taken++
      if (tree !== undefined) accepted++
    }),
    {
      numRuns: 20_000,
    },
  )
  expect(taken).toBeGreaterThan(5_000)
  expect(accepted).toBeGreaterThan(2_000)
}, 60_000)
