import { expect, test } from 'vitest'
import { CaptureLimits } from './capture-limits.js'

const minute = 60_000

test('a statement is planned once in ten minutes', () => {
  const limits = new CaptureLimits()
  expect([0, 1, 9.9 * minute, 10 * minute].map((now) => limits.take('a', now))).toEqual([
    true,
    false,
    false,
    true,
  ])
})

test('thirty statements are planned in an hour, and then one for each whose hour is over', () => {
  const limits = new CaptureLimits()
  const taken = Array.from({ length: 50 }, (_, n) => limits.take(`s${n}`, n * minute))
  expect(taken.filter(Boolean)).toHaveLength(30)
  expect([59, 60, 60.5, 61].map((n) => limits.take(`later ${n}`, n * minute))).toEqual([
    false,
    true,
    false,
    true,
  ])
})
