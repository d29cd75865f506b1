import { expect, test } from 'vitest'
import { FingerprintLanes } from './fingerprint-lanes.js'

test('version 1 of the rules gives the same digits for the same tokens in every release', () => {
  const lanes = new FingerprintLanes()
  expect(lanes.format()).toBe('1-1388a0fb85d3d868')
  lanes.add(1, 2)
  expect(lanes.format()).toBe('1-47d8af9042c5b3f6')
  lanes.addValue()
  expect(lanes.format()).toBe('1-1238f4c750f8c1b3')
  lanes.addSeparator()
  expect(lanes.format()).toBe('1-005e65860c445c53')
  lanes.reset()
  expect(lanes.format()).toBe('1-1388a0fb85d3d868')
})

test('leading zeros are digits, too', () => {
  const lanes = new FingerprintLanes()
  lanes.a = 0
  lanes.b = -1
  expect(lanes.format()).toBe('1-0000000081f16f39')
})
