import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashValue, nullValue, opaqueValue } from './value-hash.js'

describe('values that PostgreSQL finds equal have equal hashes', () => {
  test.each<[string, unknown, unknown]>([
    ['a number and its text', 5, '5'],
    ['a negative number and its text', -41, '-41'],
    ['a bigint and a number', 9007199254740991n, 9007199254740991],
    ['a large bigint and its text', 9223372036854775807n, '9223372036854775807'],
    ['zero and minus zero', 0, -0],
    ['a date and its ISO text', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['true and its text', true, 'true'],
    ['a fraction and its text', 1.5, '1.5'],
    ['null and undefined', null, undefined],
  ])('%s', (_, left, right) => {
    expect(hashValue(left)).toBe(hashValue(right))
  })

  test('integers of any size and their texts', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (n) => {
        expect(hashValue(n)).toBe(hashValue(String(n)))
        expect(hashValue(BigInt(n))).toBe(hashValue(n))
      }),
    )
  })
})

test('different texts have different hashes', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 50 }), (texts) => {
      expect(new Set(texts.map(hashValue)).size).toBe(texts.length)
    }),
  )
  expect(hashValue('007')).not.toBe(hashValue(7))
  expect(hashValue('-0')).not.toBe(hashValue(0))
})

test('ten thousand consecutive integers do not collide', () => {
  const hashes = new Set(Array.from({ length: 10_000 }, (_, n) => hashValue(n)))
  expect(hashes.size).toBeGreaterThan(9_998)
})

test.each<[string, unknown]>([
  ['bytes', Buffer.from('a')],
  ['an object', { a: 1 }],
  ['a list', [1, 2]],
  ['a date that is none', new Date(Number.NaN)],
  ['a document', 'x'.repeat(2_000)],
  ['a symbol', Symbol('a')],
])('%s is no single value', (_, value) => {
  expect(hashValue(value)).toBe(opaqueValue)
})

test('NULL is a value of its own, and no text is it', () => {
  expect(hashValue(null)).toBe(nullValue)
  expect(hashValue('null')).toBeGreaterThan(0)
})
