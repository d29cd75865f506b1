import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { analyzeQueryText } from '../../packages/query-text/src/analyze-query-text.ts'

const document = readFileSync(new URL('../../docs/fingerprint-format.md', import.meta.url), 'utf8')
const vectors = [...document.matchAll(/^\| `(.*)` \| `(1-[0-9a-f]{16})` \|$/gm)].map(
  ([, text, fingerprint]) => ({
    text: text?.trim() ?? '',
    fingerprint,
  }),
)

/** A canonical token: its characters, the value token, the separator, or a list of items. */
type Canonical = string | typeof value | typeof separator | readonly (readonly Canonical[])[]

const value = Symbol('value')
const separator = Symbol('separator')

/** Every step as docs/fingerprint-format.md has it, with none of the code that it describes. */
function fingerprintOf(tokens: readonly Canonical[]): string {
  return `1-${hexadecimal(finished(lane(tokens, laneA)))}${hexadecimal(finished(lane(tokens, laneB)))}`
}

const laneA = {
  token: 0x811c9dc5,
  character: 0x01000193,
  value: 0x13198a2e,
  separator: 0x03707344,
  start: 0x243f6a88,
  multiplier: 0x9e3779b1,
  rotation: 13,
}

const laneB: typeof laneA = {
  token: 0x3c6ef372,
  character: 0x85ebca6b,
  value: 0x38d01377,
  separator: 0x2e0b4482,
  start: 0x452821e6,
  multiplier: 0xc2b2ae3d,
  rotation: 17,
}

function lane(tokens: readonly Canonical[], numbers: typeof laneA): number {
  return mixed(
    tokens.map((token) => tokenHash(token, numbers)),
    numbers,
  )
}

function mixed(hashes: readonly number[], { start, multiplier, rotation }: typeof laneA): number {
  return hashes.reduce((current, hash) => {
    const product = Math.imul(current ^ hash, multiplier)
    return (product << rotation) | (product >>> (32 - rotation))
  }, start)
}

function tokenHash(token: Canonical, numbers: typeof laneA): number {
  if (token === value) return numbers.value
  if (token === separator) return numbers.separator
  if (typeof token !== 'string') {
    const items = token.map((item) => lane(item, numbers))
    return mixed(
      items.filter((item, at) => at === 0 || item !== items[at - 1]),
      numbers,
    )
  }
  return token
    .split('')
    .reduce((hash, character) => Math.imul(hash ^ character.charCodeAt(0), numbers.character), numbers.token)
}

function finished(hash: number): number {
  let bits = hash ^ (hash >>> 16)
  bits = Math.imul(bits, 0x85ebca6b)
  bits ^= bits >>> 13
  bits = Math.imul(bits, 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}

function hexadecimal(bits: number): string {
  return (bits >>> 0).toString(16).padStart(8, '0')
}

describe('the vectors of the documented format', () => {
  test.each(vectors)('$text has the fingerprint $fingerprint', ({ text, fingerprint }) => {
    expect(analyzeQueryText(text).fingerprint).toBe(fingerprint)
  })

  test('are all there', () => expect(vectors).toHaveLength(17))
})

describe('the documented steps give the fingerprint of', () => {
  const row = ['(', value, ',', value, ')'] as const
  test.each<[text: string, tokens: readonly Canonical[]]>([
    ['', []],
    ['SELECT 1', ['select', value]],
    ['SELECT a FROM t WHERE b = 5', ['select', 'a', 'from', 't', 'where', 'b', '=', value]],
    ['SELECT "Aa", aA FROM "t"', ['select', 'Aa', ',', 'aa', 'from', 't']],
    ['SELECT a::int', ['select', 'a', '::', 'int']],
    ['SAVEPOINT a', ['savepoint', value]],
    ['SELECT 1; ; SELECT a != b ;', ['select', value, separator, 'select', 'a', '<>', 'b']],
    ['UPDATE größe SET a = - 1', ['update', 'größe', 'set', 'a', '=', value]],
    ['SELECT x IN (1, c, 2, $3)', ['select', 'x', 'in', '(', [[value], ['c'], [value], [value]], ')']],
    ['VALUES (1, 2), ($1, 5) LIMIT 1', ['values', [row, row], 'limit', value]],
    [
      'SELECT ARRAY[[1, 2], [3]]',
      [
        'select',
        'array',
        '[',
        [
          ['[', [[value], [value]], ']'],
          ['[', [[value]], ']'],
        ],
        ']',
      ],
    ],
  ])('%s', (text, tokens) => {
    expect(analyzeQueryText(text).fingerprint).toBe(fingerprintOf(tokens))
  })
})
