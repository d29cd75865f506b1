import { expect, test } from 'vitest'
import { analyzeQueryText } from './analyze-query-text.js'
import { sanitizeFailClosed } from './sanitize-fail-closed.js'
import { StatementScanner } from './statement-scanner.js'

/** Without the last resort of analyzeQueryText, which would hide an error. */
const scanner = new StatementScanner()
const INPUTS = 300_000
const MAX_LENGTH = 200
/** A text becomes longer by one character at most, as `/**\/` becomes a space. */
const MAX_GROWTH = 1

const seed = Number(process.env.PGSPAN_SEED ?? 20_262)
let state = seed

/** A whole number below `limit`: xorshift, the same numbers for the same seed. */
function below(limit: number): number {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % limit
}

const fragments = [
  ...[
    "'",
    "''",
    '"',
    '$$',
    '$a$',
    '$1',
    '\\',
    "E'",
    "U&'",
    'U&"',
    "B'",
    '`',
    '‘',
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
  ],
  ...[
    '/*',
    '*/',
    '--',
    '\n',
    '\r\n',
    ' ',
    '\t',
    '\0',
    '\u00a0',
    '\ufeff',
    '\ud800',
    'é',
    '列',
    '💥',
    ',',
    ';',
    '.',
  ],
  ...[
    '+',
    '-',
    '=',
    '<',
    '>',
    '@',
    '::',
    ':',
    ':=',
    '~',
    '?',
    '1',
    '.5',
    '1e',
    '0x',
    '1_0',
    'a',
    'b',
    'int',
    'date',
  ],
  ...[
    'SELECT ',
    'FROM ',
    'WHERE ',
    'IN (',
    'VALUES (',
    'INSERT INTO ',
    'UPDATE ',
    'SET ',
    'WITH ',
    'AS ',
    'COPY ',
  ],
  ...[
    ' OR ',
    ' AND ',
    ' NULL',
    ' TRUE',
    'FROM stdin;',
    'CASE ',
    'END ',
    'DECLARE ',
    'SAVEPOINT ',
    'pgspan:ignore a_b',
  ],
  ...[
    'BEGIN ATOMIC ',
    'CREATE ',
    'FUNCTION ',
    'ORDER BY ',
    'LIMIT ',
    'FOR UPDATE ',
    'MERGE ',
    'USING ',
    'ARRAY[',
  ],
]

/** Any code units at all, or pieces of SQL, or both. */
function randomText(): string {
  const length = below(MAX_LENGTH)
  const kind = below(3)
  let text = ''
  while (text.length < length) {
    const isPiece = kind === 0 || (kind === 1 && below(2) === 0)
    text += isPiece
      ? fragments[below(fragments.length)]
      : String.fromCharCode(below(below(2) === 0 ? 128 : 65_536))
  }
  return text
}

test(`${INPUTS} random inputs give a shape within its bounds, and never an error (PGSPAN_SEED=${seed})`, () => {
  let characters = 0
  for (let index = 0; index < INPUTS; index++) {
    const text = randomText()
    characters += text.length
    const maxTextLength = below(4) === 0 ? 1 + below(100) : 4_096
    const options = { backslashEscapes: below(2) === 0, maxTextLength, keepParameterizedText: false }
    for (const isFailClosed of [false, true]) {
      const shape = scanner.scan(text, options, isFailClosed)
      const limit = Math.min(text.length + MAX_GROWTH, maxTextLength)
      const isBounded =
        shape.sanitizedText.length <= limit &&
        shape.summary.length <= 255 &&
        /^1-[0-9a-f]{16}$/.test(shape.fingerprint) &&
        shape.slots.length <= 64 &&
        shape.tables.length <= 64 &&
        Object.isFrozen(shape)
      if (!isBounded) expect.fail(`${JSON.stringify(text)} gives ${JSON.stringify(shape)}`)
    }
  }
  expect(characters).toBeGreaterThan(INPUTS * 50)
})

test.each([...fragments, ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))])(
  'a million characters of %j give a shape within its bounds',
  (unit) => {
    const text = unit.repeat(Math.ceil(1_000_000 / unit.length))
    for (const form of [text, `SELECT 'a', ${text}`]) {
      const shape = scanner.scan(form, {
        backslashEscapes: false,
        maxTextLength: 4_096,
        keepParameterizedText: false,
      })
      expect(shape.sanitizedText.length).toBeLessThanOrEqual(4_096)
      expect(shape.isTruncated).toBe(true)
      expect(sanitizeFailClosed(form).length).toBeLessThanOrEqual(4_096)
    }
  },
)

test('anything but a string gives the empty shape', () => {
  const empty = analyzeQueryText('')
  const values: unknown[] = [
    undefined,
    null,
    0,
    1n,
    Number.NaN,
    true,
    Symbol('a'),
    {},
    [],
    () => 'SELECT 1',
    /a/,
  ]
  values.push(
    new String('SELECT 1'),
    new Proxy({}, {}),
    Object.create(null),
    Buffer.from('SELECT 1'),
    new Date(0),
  )
  for (const value of values) {
    // A driver hands over whatever its caller passed.
    expect(analyzeQueryText(value as string)).toEqual(empty)
    expect(sanitizeFailClosed(value as string)).toBe('')
  }
})
