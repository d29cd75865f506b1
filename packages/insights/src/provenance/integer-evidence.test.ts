import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IntegerEvidence } from './integer-evidence.js'

/** The whole binary logarithm of a value's distance from its nearest neighbour, in steps of the column. */
function model(values: readonly number[], plain: number): number[] {
  const sorted = values.toSorted((left, right) => left - right)
  const distances = sorted.slice(1).map((value, i) => value - (sorted[i] ?? 0))
  const step = distances.reduce(divisorOf, 0)
  const [first = 0, last = 0] = [sorted[0], sorted.at(-1)]
  if (last - first < values.length || Math.max(-first, last) < plain) return values.map(() => 0)
  return values.map((value) => {
    if (Math.abs(value) < plain) return 0
    const others = values.filter((other) => other !== value).map((other) => Math.abs(other - value))
    return Math.floor(Math.log2(Math.min(...others) / step))
  })
}

function divisorOf(left: number, right: number): number {
  return right === 0 ? left : divisorOf(right, left % right)
}

test('an integer is as much evidence as its distance from its nearest neighbour, in whatever order they came', () => {
  const evidence = new IntegerEvidence(64)
  const integer = fc.oneof(fc.integer({ min: -200, max: 200 }), fc.integer({ min: -1e9, max: 2 ** 40 }))
  const column = fc.uniqueArray(integer, { minLength: 2, maxLength: 64 })
  const factor = fc.constantFrom(1, 10, 1_000)
  fc.assert(
    fc.property(column, factor, fc.boolean(), (integers, times, isSorted) => {
      const values = integers.map((one) => one * times)
      if (isSorted) values.sort((left, right) => left - right)
      const bits = new Uint8Array(values.length)
      evidence.weigh(Float64Array.from(values), values.length, 100, bits)
      expect([...bits]).toEqual(model(values, 100))
    }),
  )
})
