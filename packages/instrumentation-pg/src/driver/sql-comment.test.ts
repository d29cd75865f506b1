import { analyzeQueryText } from '@pgspan/query-text'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatSqlComment, maximumCommentLength, takesSqlComment, withSqlComment } from './sql-comment.js'

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(fc.constantFrom('*/', '/*', '--', "'", '\\', '\n', '\0', '%', '\ud800', '\udc00', '💥', '$$', ';'))
    .map((parts) => parts.join('')),
)

describe('a comment', () => {
  test('holds its tags sorted by key, percent-encoded', () => {
    expect(
      formatSqlComment([
        ['service', "o'shop"],
        ['route', '/orders/:id*'],
        ["a'b", ''],
      ]),
    ).toBe("/*a%27b='',route='%2Forders%2F%3Aid%2A',service='o%27shop'*/")
  })

  test('is empty without tags', () => {
    expect(formatSqlComment([])).toBe('')
    expect(formatSqlComment([['', 'no key']])).toBe('')
  })

  test('replaces half a surrogate pair, and keeps a whole one', () => {
    expect(
      formatSqlComment([
        ['a', '\ud800'],
        ['b', '💥'],
      ]),
    ).toBe("/*a='%EF%BF%BD',b='%F0%9F%92%A5'*/")
  })

  test('takes the first of two tags with one key', () => {
    expect(
      formatSqlComment([
        ['a', '1'],
        ['a', '2'],
      ]),
    ).toBe("/*a='1'*/")
  })

  test('leaves out what would make it longer than 1 KiB', () => {
    const comment = formatSqlComment([
      ['a', 'x'.repeat(900)],
      ['b', 'y'.repeat(900)],
      ['c', 'z'],
    ])
    expect(comment).toBe(`/*a='${'x'.repeat(900)}',c='z'*/`)
  })

  test('consists of nothing but harmless characters and is at most 1 KiB long, whatever its tags hold', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyText, anyText), { maxLength: 12 }), (tags) => {
        const comment = formatSqlComment(tags)
        expect(comment).toMatch(
          /^(?:|\/\*[A-Za-z0-9_.~%-]+='[A-Za-z0-9_.~%-]*'(?:,[A-Za-z0-9_.~%-]+='[A-Za-z0-9_.~%-]*')*\*\/)$/,
        )
        expect(comment.length).toBeLessThan(maximumCommentLength)
      }),
      { numRuns: 2_000 },
    )
  })

  test('gives back what went in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (value) => {
        const [, encoded = ''] = /^\/\*k='(.*)'\*\/$/.exec(formatSqlComment([['k', value]])) ?? []
        expect(decodeURIComponent(encoded)).toBe(value.replace(/\p{Surrogate}/gu, '\ufffd'))
      }),
    )
  })
})

describe('a text', () => {
  const takes = (text: string, name?: string): boolean => takesSqlComment(analyzeQueryText(text), name)

  test.each([
    'SELECT 1',
    'SELECT 1;',
    "SELECT '--', '/*'",
    'BEGIN',
    'SELECT 1; SELECT 2',
    'INSERT INTO t SELECT $1 -$2',
  ])('%j takes a comment', (text) => expect(takes(text)).toBe(true))

  test.each([
    ['that has a comment', '/*+ SeqScan(t) */ SELECT 1'],
    ['that ends in a line comment', 'SELECT 1 -- one'],
    ['with a comment in the middle', 'SELECT /* one */ 1'],
    ['whose quoting is broken', "SELECT 'one"],
    ['with an open comment', 'SELECT 1 /* one'],
    ['of COPY', 'COPY t FROM STDIN'],
    ['without a statement', ' \n'],
    ['that was not read to its end', `SELECT ${'a, '.repeat(50_000)} b`],
  ])('%s takes none', (_what, text) => expect(takes(text)).toBe(false))

  test('of a prepared statement takes none', () => expect(takes('SELECT 1', 'one')).toBe(false))

  test('is followed by its comment, after a line break if its last line is a comment', () => {
    expect(withSqlComment('SELECT 1;', analyzeQueryText('SELECT 1;'), '/*a*/')).toBe('SELECT 1; /*a*/')
    expect(withSqlComment('SELECT 1 --', analyzeQueryText('SELECT 1 --'), '/*a*/')).toBe('SELECT 1 --\n/*a*/')
  })
})
