import { describe, expect, test } from 'vitest'
import { endOfBareUuid } from './bare-uuid.js'
import { endOfBlockComment } from './block-comment.js'
import { dollarDelimiterLength, endOfDollarQuote } from './dollar-quote.js'
import { endOfNumber } from './number-text.js'
import { endOfLine, endOfString, startOfContinuation, UNTERMINATED } from './quoted-text.js'

/** What stands before the `|` is what a function should take of the text without it. */
function split(marked: string): { text: string; end: number } {
  const end = marked.indexOf('|')
  return { text: marked.replace('|', ''), end }
}

describe('a block comment', () => {
  test.each([
    '/**/|',
    '/* a */| b',
    '/* * / */|',
    '/* a * b / c */|',
    '/***/|',
    '/* /* */ */| */',
    '/* /*/**/*/ */|*/',
  ])('ends where %s has its bar', (marked) => {
    const { text, end } = split(marked)
    expect(endOfBlockComment(text, 0)).toBe(end)
    expect(endOfBlockComment(`*/ ${text}`, 3)).toBe(end + 3)
  })

  test.each(['/*', '/*/', '/* *', '/* /* */', '/* /', '/* a', '/*/*/'])('has no end in %s', (text) => {
    expect(endOfBlockComment(text, 0)).toBe(UNTERMINATED)
  })
})

describe('a UUID without quotes', () => {
  const uuid = '01234567-89ab-CDEF-0fA9-0123456789ab'

  test('is taken whole, with the word characters that are glued to it', () => {
    expect(endOfBareUuid(uuid, 0)).toBe(36)
    expect(endOfBareUuid(`x=${uuid} `, 2)).toBe(38)
    expect(endOfBareUuid(`${uuid}xyz$_9é,`, 0)).toBe(43)
    expect(endOfBareUuid(`${uuid}-1`, 0)).toBe(36)
  })

  test('has 32 hexadecimal digits and four signs in their places', () => {
    for (let at = 0; at < uuid.length; at++) {
      const isSign = uuid.charAt(at) === '-'
      const broken = [uuid.slice(0, at)]
      for (const other of isSign ? '0+' : '-/:@g`G')
        broken.push(uuid.slice(0, at) + other + uuid.slice(at + 1))
      for (const text of broken) expect(endOfBareUuid(text, 0), text).toBe(-1)
    }
  })
})

describe('a number', () => {
  test.each([
    ...[
      '1|',
      '1|,',
      '123|)',
      '1.5| ',
      '1.|,',
      '.5|',
      '1|..10',
      '1.5|.2',
      '1.5|..2',
      '1_000|',
      '0x1F|',
      '0XeF|+1',
      '0xe|-1',
    ],
    ...[
      '1e5|',
      '1e-0|',
      '1e+9|',
      '1e|-/',
      '1e|-:',
      '1E-5|',
      '1e+5|+5',
      '1e|-',
      '1e|+x',
      '1e|- 5',
      '123abc|',
      '5é|',
      '5$a|',
      '1e5e-3|',
      '1.5e3|.',
      '1|\u00a0',
    ],
  ])('ends where %s has its bar', (marked) => {
    const { text, end } = split(marked)
    expect(endOfNumber(text, 0)).toBe(end)
    expect(endOfNumber(`7 ${text}`, 2)).toBe(end + 2)
  })
})

describe('a dollar quote', () => {
  test.each(['$$|', '$a$|', '$a1$|x', '$_$|', '$é$|', '$aB_9$|$'])(
    'has the delimiter before the bar of %s',
    (marked) => {
      const { text, end } = split(marked)
      expect(dollarDelimiterLength(text, 0)).toBe(end)
      expect(dollarDelimiterLength(`$1 ${text}`, 3)).toBe(end)
    },
  )

  test.each(['$', '$a', '$1$', '$1a$', '$a b$', '$a-$', '$ $', "$'$", '$a\u00a0$'])(
    'has no delimiter in %s',
    (text) => {
      expect(dollarDelimiterLength(text, 0)).toBe(0)
    },
  )

  test('ends behind the same delimiter', () => {
    expect(endOfDollarQuote('$$a$$ $$', 0, 2)).toBe(5)
    expect(endOfDollarQuote('x $a$ $A$ $$ $a$$', 2, 3)).toBe(16)
    expect(endOfDollarQuote('$$$$', 0, 2)).toBe(4)
    expect(endOfDollarQuote('$$$', 0, 2)).toBe(UNTERMINATED)
    expect(endOfDollarQuote('$a$ $A$', 0, 3)).toBe(UNTERMINATED)
  })
})

describe('a string', () => {
  test.each(["'a'|", "''|", "''''|", "'a''b'| '", "'a\\'| '", "'--'|"])(
    'ends where %s has its bar',
    (marked) => {
      const { text, end } = split(marked)
      expect(endOfString(text, 1, false)).toBe(end)
      expect(endOfString(`'${text}`, 2, false)).toBe(end + 1)
    },
  )

  test.each(["'a'|", "''|", "'a''b'| '", "'a\\'b'|", "'\\\\'| '", "'\\''''| '"])(
    'with escapes ends where %s has its bar',
    (marked) => {
      const { text, end } = split(marked)
      expect(endOfString(text, 1, true)).toBe(end)
    },
  )

  test.each(["'a", "'a''", "'", "'a\\'"])('with escapes has no end in %s', (text) => {
    expect(endOfString(text, 1, true)).toBe(UNTERMINATED)
  })

  test.each(["'a", "'a''", "'"])('has no end in %s', (text) => {
    expect(endOfString(text, 1, false)).toBe(UNTERMINATED)
  })

  test.each(["\n'", "\r'", " \t\n\v\f\r '", "\r\n  '", " --c\n'", "--\n'", "\n--'\n'", "--a\r--b\n \n'"])(
    'goes on behind %j',
    (between) => {
      expect(startOfContinuation(between, 0)).toBe(between.length)
      expect(startOfContinuation(`'${between}`, 1)).toBe(between.length + 1)
    },
  )

  test.each([
    "'",
    " '",
    "\t'",
    "\n,'",
    "\n- '",
    "\n- x\n'",
    "\nx-\n'",
    "\n/**/'",
    '\n',
    '',
    "--'",
    "\n\u0008'",
    "\n\u000e'",
    "\n\u00a0'",
    "\n!'",
    "x\n'",
  ])('ends before %j', (between) => {
    expect(startOfContinuation(between, 0)).toBe(-1)
  })
})

test('a line ends before a line feed or a carriage return, or with the text', () => {
  expect(endOfLine('--a\nb', 0)).toBe(3)
  expect(endOfLine('--a\r\nb', 0)).toBe(3)
  expect(endOfLine('\n--a\n', 1)).toBe(4)
  expect(endOfLine('--a', 0)).toBe(3)
})
