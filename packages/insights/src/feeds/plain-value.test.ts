import { expect, test } from 'vitest'
import { isPlainValue } from './plain-value.js'

test.each([
  1,
  0,
  -7,
  99,
  42n,
  '1',
  '42',
  'theme',
  'de-AT',
  'subscription-cancelled',
  'utf8',
  '2026-05-10',
  new Date(0),
  true,
  null,
])('%s could be a constant of the code', (value) => {
  expect(isPlainValue(value)).toBe(true)
})

test.each([
  100,
  58_213,
  9_007_199_254_740_993n,
  '58213',
  'ann@example.org',
  '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  'usr_k3j9x2mq',
  'ORD-2026-00017',
])('%s comes from data', (value) => {
  expect(isPlainValue(value)).toBe(false)
})
