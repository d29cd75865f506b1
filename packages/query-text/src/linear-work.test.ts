import { describe, expect, test } from 'vitest'
import { CountedText } from '../test/counted-text.ts'
import { QuoteChecker } from './quote-checker.js'
import { startOfData } from './start-of-data.js'
import { StatementScanner } from './statement-scanner.js'
import { TokenReader } from './tokens/token-reader.js'

const options = { backslashEscapes: false, maxTextLength: 4_096, keepParameterizedText: false }
const MEGABYTE = 1_000_000
/** The scanner reads no more of a text. */
const MAX_INPUT = 65_536

/** How often one character is looked at, at most, when a text is split into tokens. */
const MAX_READING_STEPS = 8
/** And when everything is made of it: it may be read three times, if its quoting is broken. */
const MAX_SCANNING_STEPS = 16

/** Units that have been, or could be, read again and again by a scanner that is not careful. */
const units: Record<string, string> = {
  'signs in an operator': '+-',
  'an operator before signs': '<+-+-',
  'operators that lift the rule for signs': '@+-',
  'comments without an end': '/*',
  'comments that end at once': '/**/',
  'comments that open and close': '/*/',
  'line comments': '--\n',
  'strings glued to each other': "'a''b'",
  'segments of a string': "'a'\n",
  'segments with comments between': "'a' --b\n",
  'strings that no segment follows': "'a' --b\n,",
  'strings that comments without a segment follow': "'a'\n--b\n--b\n,",
  'open dollar quotes': '$a ',
  'dollar quotes': '$a$ $b$',
  'dollar quotes of many tags': '$a$$aa$$aaa$',
  'a dollar tag without an end': '$aaaaaaaa',
  'dollar signs in words': 'a$$b ',
  backslashes: "E'\\",
  'escaped quotes': "E'\\'",
  brackets: '(',
  'squares and brackets': '[(',
  'closed brackets': '(a)',
  'lists in lists': 'a IN (1,(2,',
  lists: 'a IN (1,2,3) AND ',
  'rows of values': 'VALUES (1),(2),',
  names: 'a.',
  'names with spaces': 'a . ',
  'quoted names': '"a".',
  'quoted names with quotes in them': '"a""\'b"',
  'tables of a FROM list': 'FROM a,',
  'common tables': 'WITH a AS (SELECT 1),',
  statements: 'SELECT 1;',
  'strings and aliases': "'a' b, ",
  'strings and what may be types': "a 'b', ",
  parameters: '$1,',
  'long parameters': '$1234567890',
  numbers: '1e+',
  'numbers with dots': '1.1.',
  'bare UUIDs': '01234567-89ab-',
  'words like the first part of a UUID': 'abcdef01-',
  casts: 'a::b::',
  colons: ':=:',
  'reversed comparisons': '$1=a=',
  'words beyond ASCII': 'é\u00a0',
  'prefixes of strings': "U&'a'",
  'prefixes without a string': 'U&',
  'directives in comments': '/* pgspan:ignore a_b */',
  'control characters': '\u0000a',
  'quotes of prose': '‘a’',
  'braces after strings': "'a'}",
}

const operatorCharacters = '~!@#^&|`?+-*/%<>='

/** Characters of one kind each: all of ASCII, and others that the scanner tells apart. */
const characters = [
  ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)),
  ...['\u00a0', '\u2003', '\ufeff', 'é', '列', '\ud800', '\udc00', '‘', '\uffff'],
]

/** One operator character before many of another, and every pair of them again and again. */
const operatorRuns = [...operatorCharacters].flatMap((one) =>
  [...operatorCharacters].map((other) => [`${one}${other}`, one + other.repeat(20)] as const),
)

/** How many steps one character of `text` takes. */
function stepsPerCharacter(text: string, work: (text: string) => void): number {
  const counted = new CountedText(text)
  work(counted.asString())
  return counted.count.steps / text.length
}

const reader = new TokenReader()
const otherReader = new TokenReader()
const checker = new QuoteChecker()
const scanner = new StatementScanner()

function readAll(text: string): void {
  reader.begin(text, false)
  while (reader.next());
  reader.begin('', false)
}

function scan(text: string): void {
  scanner.scan(text, options)
}

function repeated(unit: string, length: number): string {
  return `SELECT 'a', ${unit.repeat(Math.ceil(length / unit.length))}`.slice(0, length)
}

describe(`a megabyte is split into tokens in ${MAX_READING_STEPS} steps per character or fewer`, () => {
  test.each(characters)('of %j alone', (character) => {
    expect(stepsPerCharacter(repeated(character, MEGABYTE), readAll)).toBeLessThan(MAX_READING_STEPS)
  })

  test.each(Object.entries(units))('of %s', (_what, unit) => {
    expect(stepsPerCharacter(repeated(unit, MEGABYTE), readAll)).toBeLessThan(MAX_READING_STEPS)
  })

  test('of any run of operator characters', () => {
    for (const run of operatorRuns.flat()) {
      const steps = stepsPerCharacter(repeated(run, MEGABYTE / 50), readAll)
      expect(steps, run).toBeLessThan(MAX_READING_STEPS)
    }
  })

  test.each(["'", '"', '$$', "''", `'"`, "E'", "U&'", '$a$'])('of quotes: %s', (quote) => {
    for (const text of [quote.repeat(MEGABYTE / quote.length), `${quote} `.repeat(MEGABYTE / 4)]) {
      expect(stepsPerCharacter(text, readAll)).toBeLessThan(MAX_READING_STEPS)
    }
  })
})

describe('what looks at broken quoting takes linear work', () => {
  test.each(Object.entries(units))('of %s', (_what, unit) => {
    const text = repeated(unit, MEGABYTE / 5)
    expect(stepsPerCharacter(text, (counted) => checker.isMisquoted(counted, false))).toBeLessThan(
      MAX_READING_STEPS,
    )
    expect(stepsPerCharacter(text, (counted) => startOfData(otherReader, counted, false))).toBeLessThan(
      MAX_READING_STEPS,
    )
  })
})

describe(`the longest text that is read takes ${MAX_SCANNING_STEPS} steps per character or fewer`, () => {
  test.each(characters)('of %j alone', (character) => {
    expect(stepsPerCharacter(repeated(character, MAX_INPUT), scan)).toBeLessThan(MAX_SCANNING_STEPS)
  })

  test.each(Object.entries(units))('of %s', (_what, unit) => {
    expect(stepsPerCharacter(repeated(unit, MAX_INPUT), scan)).toBeLessThan(MAX_SCANNING_STEPS)
    const text = unit.repeat(MAX_INPUT / unit.length)
    expect(stepsPerCharacter(text, scan)).toBeLessThan(MAX_SCANNING_STEPS)
  })

  test('of any run of operator characters', () => {
    for (const run of operatorRuns.flat()) {
      expect(stepsPerCharacter(repeated(run, 4_000), scan), run).toBeLessThan(MAX_SCANNING_STEPS)
    }
  })
})

describe('the count', () => {
  test('tells linear work from quadratic work', () => {
    const quadratic = (text: string): void => {
      for (let at = 0; at < text.length; at++) text.indexOf('x', at)
    }
    const linear = (text: string): void => {
      for (let at = 0; at < text.length; at++) text.charCodeAt(at)
    }
    expect(stepsPerCharacter('a'.repeat(4_000), quadratic)).toBeGreaterThan(1_000)
    expect(stepsPerCharacter('a'.repeat(4_000), linear)).toBe(1)
  })

  test('changes nothing of what is read', () => {
    for (const unit of Object.values(units)) {
      const text = repeated(unit, 2_000)
      const { sanitizedText, ...shape } = scanner.scan(new CountedText(text).asString(), options)
      const { sanitizedText: expected, ...expectedShape } = scanner.scan(text, options)
      expect(shape).toEqual(expectedShape)
      // A text that stays as it is comes out as the very object.
      expect(typeof sanitizedText === 'string' ? sanitizedText : text).toBe(expected)
    }
  })
})

test.each([
  ['sound', `SELECT ${'a, '.repeat(400_000)}`],
  ['broken', `SELECT ${'a, '.repeat(20_000)}'a'b, ${'a, '.repeat(400_000)}`],
  ['one string', `SELECT '${'a, '.repeat(400_000)}'`],
  ['one comment', `SELECT 1 /*${'a, '.repeat(400_000)}*/`],
])('of a text that is %s, nothing behind the first 65,536 characters is read', (_what, text) => {
  const counted = new CountedText(text)
  scanner.scan(counted.asString(), options)
  expect(counted.count.readTo).toBeGreaterThan(MAX_INPUT / 2)
  expect(counted.count.readTo).toBeLessThanOrEqual(MAX_INPUT)
})
