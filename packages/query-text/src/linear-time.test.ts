import { describe, expect, test } from 'vitest'
import { StatementScanner } from './statement-scanner.js'

const scanner = new StatementScanner()
const options = { backslashEscapes: false, maxTextLength: 4_096 }

/** Units that have been, or could be, read again and again by a scanner that is not careful. */
const units: Record<string, string> = {
  'signs in an operator': '+-',
  'an operator before signs': '<+-+-',
  'operators that lift the rule for signs': '@+-',
  slashes: '/',
  stars: '*',
  'comments without an end': '/*',
  'comments that end at once': '/**/',
  'line comments': '--\n',
  quotes: "'",
  'strings glued to each other': "'a''b'",
  'segments of a string': "'a'\n",
  'strings that no segment follows': "'a' --b\n,",
  'open dollar quotes': '$a ',
  'dollar quotes': '$a$ $b$',
  'dollar signs': '$',
  'a dollar tag without an end': '$aaaaaaaa',
  'double quotes': '"',
  backslashes: "E'\\",
  brackets: '(',
  'squares and brackets': '[(',
  'closed brackets': '(a)',
  'lists in lists': 'a IN (1,(2,',
  lists: 'a IN (1,2,3) AND ',
  'rows of values': 'VALUES (1),(2),',
  names: 'a.',
  'tables of a FROM list': 'FROM a,',
  'common tables': 'WITH a AS (SELECT 1),',
  statements: 'SELECT 1;',
  parameters: '$1,',
  numbers: '1e+',
  'bare UUIDs': '01234567-89ab-',
  casts: 'a::b::',
  'reversed comparisons': '$1=a=',
  'words beyond ASCII': 'é\u00a0',
}

/** The least of several runs: what else runs on the machine only ever adds to it. */
function timeOf(text: string): number {
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < 7; run++) {
    const start = process.hrtime.bigint()
    scanner.scan(text, options)
    least = Math.min(least, Number(process.hrtime.bigint() - start))
  }
  return least
}

describe('sixteen times the text takes nowhere near the time of quadratic work', () => {
  test.each(Object.entries(units))('of %s', (_what, unit) => {
    const text = (length: number): string =>
      `SELECT ${unit.repeat(length / unit.length + 1)}`.slice(0, length)
    timeOf(text(4_000))
    // Linear work takes 16 times as long, quadratic work 256 times; what else runs here takes its time too.
    expect(timeOf(text(64_000)) / timeOf(text(4_000))).toBeLessThan(64)
  })
})

test('what lies behind the first 65,536 characters is not read', () => {
  const head = `SELECT ${'a, '.repeat(30_000)}`
  const shape = scanner.scan(head, options)
  expect(scanner.scan(`${head}${"'"} FROM t`, options)).toEqual(shape)
})
