import { describe, expect, test } from 'vitest'
import { approximateBytes } from './result-size.js'

const rows = (count: number, row: unknown): readonly unknown[] => Array.from({ length: count }, () => row)

describe('the size of a result', () => {
  test.each<[string, readonly unknown[], number]>([
    ['of no rows', [], 0],
    ['of texts', rows(1_000, { note: 'x'.repeat(96) }), 100_000],
    ['of binary data', rows(10, { data: Buffer.alloc(1_000_000) }), 10_000_040],
    ['of rows as arrays', rows(10, ['x'.repeat(99)]), 990],
    ['of numbers, dates and nothing', rows(100, { a: 1, b: new Date(), c: null }), 2_700],
    ['of documents', rows(10, { doc: { tags: ['aaaa', 'bbbb'] } }), 150],
  ])('%s is near what it holds', (_, result, bytes) => {
    expect(approximateBytes(result)).toBe(bytes)
  })

  test('leaves objects of an application’s own classes alone', () => {
    class Money {
      get cents(): number {
        throw new Error('nobody else’s business')
      }
    }
    const money = Object.defineProperty(new Money(), 'own', {
      enumerable: true,
      get: () => new Money().cents,
    })
    expect(approximateBytes([{ price: money }])).toBe(13)
  })

  test('is bounded work for documents of any size and shape', () => {
    const cyclic: Record<string, unknown> = { wide: Array(1_000_000).fill('x') }
    cyclic.self = cyclic
    expect(approximateBytes([cyclic])).toBeLessThan(20_000)
  })
})
