import { describe, expect, test } from 'vitest'
import { TokenKind } from './token-kind.js'
import { TokenReader } from './token-reader.js'

const nameOf = new Map<number, string>(Object.entries(TokenKind).map(([name, kind]) => [kind, name]))

/** Every token of a text: what it is, and its characters. */
function tokensOf(text: string, backslashEscapes = false): string[] {
  const reader = new TokenReader()
  const tokens: string[] = []
  reader.begin(text, backslashEscapes)
  while (reader.next()) {
    const { kind, start, end } = reader.token
    tokens.push(`${nameOf.get(kind)} ${text.slice(start, end)}`)
  }
  return tokens
}

describe('the tokens of a text', () => {
  test.each([
    ['a-b - -c', ['Word a', 'Operator -', 'Word b', 'Operator -', 'Operator -', 'Word c']],
    ['a/b / -c', ['Word a', 'Operator /', 'Word b', 'Operator /', 'Operator -', 'Word c']],
    ['a/-b', ['Word a', 'Operator /', 'Operator -', 'Word b']],
    ['a-*b', ['Word a', 'Operator -*', 'Word b']],
    ['a*/b', ['Word a', 'Operator */', 'Word b']],
    ['a /b', ['Word a', 'Operator /', 'Word b']],
    ['a--b\nc', ['Word a', 'Word c']],
    ['a/*b*/c', ['Word a', 'Word c']],
    ['a/', ['Word a', 'Operator /']],
    ['a-', ['Word a', 'Operator -']],
    ['.05 .95 .a ./', ['NumberLiteral .05', 'NumberLiteral .95', 'Dot .', 'Word a', 'Dot .', 'Operator /']],
    ['a.b.', ['Word a', 'Dot .', 'Word b', 'Dot .']],
    ['a::b :=c:d:', ['Word a', 'Cast ::', 'Word b', 'Colon :=', 'Word c', 'Colon :', 'Word d', 'Colon :']],
    [':::', ['Cast ::', 'Colon :']],
    ['$1$2 $a$$', ['Parameter $1', 'Parameter $2', 'StringLiteral $a$$']],
    ['$ $', ['Other $', 'Other $']],
    ['$0$9a', ['Parameter $0', 'Parameter $9', 'Word a']],
    ["$$a$$'b'", ['StringLiteral $$a$$', "StringLiteral 'b'"]],
    ["E'a\\'b' 'a\\'", ["StringLiteral E'a\\'b'", "StringLiteral 'a\\'"]],
    [
      "e'a' N'b' n'c' B'1' b'1' X'1' x'1'",
      'eNnBbXx'.split('').map((letter, at) => `StringLiteral ${letter}'${'abc1111'[at]}'`),
    ],
    [
      "U&'a' u&\"b\" U&b u& 'c'",
      [
        "StringLiteral U&'a'",
        'Quoted u&"b"',
        'Word U',
        'Operator &',
        'Word b',
        'Word u',
        'Operator &',
        "StringLiteral 'c'",
      ],
    ],
    [
      "a'b' ee'c' _'d'",
      ['Word a', "StringLiteral 'b'", 'Word ee', "StringLiteral 'c'", 'Word _', "StringLiteral 'd'"],
    ],
    ['U& U&', ['Word U', 'Operator &', 'Word U', 'Operator &']],
    ['"a""b"c', ['Quoted "a""b"', 'Word c']],
    ['"a', ['StringLiteral "a']],
    ["'a'\n'b' 'c'", ["StringLiteral 'a'\n'b'", "StringLiteral 'c'"]],
    [
      '([{}]),;',
      [
        'OpenRound (',
        'OpenSquare [',
        'Other {',
        'Other }',
        'CloseSquare ]',
        'CloseRound )',
        'Comma ,',
        'Semicolon ;',
      ],
    ],
    ['abcdef01-89ab-cdef-0123-0123456789ab', ['NumberLiteral abcdef01-89ab-cdef-0123-0123456789ab']],
    ['abcdef01-89', ['Word abcdef01', 'Operator -', 'NumberLiteral 89']],
    ['01234567-89', ['NumberLiteral 01234567', 'Operator -', 'NumberLiteral 89']],
    ['=-1 =--1', ['Operator =', 'Operator -', 'NumberLiteral 1', 'Operator =']],
    ['@-1', ['Operator @-', 'NumberLiteral 1']],
    ['\u0000a\u007f', ['Control \u0000', 'Word a', 'Control \u007f']],
    ['', []],
    [' \n/* a */', []],
  ])('of %j are its own', (text, expected) => {
    expect(tokensOf(text)).toEqual(expected)
    expect(tokensOf(`${text} `).length).toBe(expected.length)
  })

  test('follow the escape rules that are given', () => {
    expect(tokensOf("'a\\'b' n'c\\'d' b'\\'", true)).toEqual([
      "StringLiteral 'a\\'b'",
      "StringLiteral n'c\\'d'",
      "StringLiteral b'\\'",
    ])
  })
})

test('backslashes escape nothing in bit strings, and in strings with Unicode escapes', () => {
  for (const prefix of ['b', 'B', 'x', 'X', 'u&', 'U&']) {
    expect(tokensOf(`${prefix}'\\' a`, true)).toEqual([`StringLiteral ${prefix}'\\'`, 'Word a'])
  }
})

describe('a parameter', () => {
  test.each([
    ['$1', 1],
    ['$0', 0],
    ['$65535', 65_535],
    ['$10203040', 10_203_040],
  ])('%s has its number', (text, number) => {
    const reader = new TokenReader()
    reader.begin(text, false)
    reader.next()
    expect(reader.token.parameter).toBe(number)
  })

  test('has a number that is a whole one, however many digits it has', () => {
    const reader = new TokenReader()
    reader.begin(`$${'9'.repeat(400)}`, false)
    reader.next()
    expect(reader.token.parameter).toBeLessThan(2 ** 30)
  })
})

test.each([
  ['a -- b', true, 6],
  ['a -- b\n', true, 6],
  ['a /* b */ c', true, 9],
  ['a /* b', true, 6],
  ['a', false, 0],
])('of %j it is known whether there is a comment, and where the last one ends', (text, hasComment, end) => {
  const reader = new TokenReader()
  reader.begin(text, false)
  while (reader.next());
  expect(reader.hasComment).toBe(hasComment)
  expect(reader.commentEnd).toBe(end)
  expect(reader.endsInLineComment).toBe(text === 'a -- b')
  reader.begin('b', false)
  expect(reader.hasComment).toBe(false)
})
