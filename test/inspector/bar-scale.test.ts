import { expect, test } from 'vitest'
import { barScale } from '../../packages/inspector/page/bar-scale.js'

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1)

test.each([
  [[], 1],
  [[0.3], 1],
  [[7], 10],
  [[11, 12, 13], 20],
  [[400, 450], 500],
  [[1_001, 1_002], 2_000],
])('bars for %j end at %d ms', (durations, scale) => {
  expect(barScale(durations)).toBe(scale)
})

test('one that takes longer than all others does not make them unreadable', () => {
  expect(barScale([...upTo(99), 60_000])).toBe(100)
})

test('the scale stays the same while durations change a little, so that no row has to be drawn again', () => {
  const scales = [36, 42, 45, 48].map((longest) => barScale([...upTo(30), longest]))
  expect(new Set(scales)).toEqual(new Set([50]))
})
