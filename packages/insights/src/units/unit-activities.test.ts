import { UnitOfWork } from '@pgspan/lifecycle'
import { expect, test } from 'vitest'
import { UnitActivities } from './unit-activities.js'

test('what happened in a unit is found by each of two insights, until it drops it', () => {
  const [first, second] = [new UnitActivities(), new UnitActivities()]
  const unit = new UnitOfWork('job', 'import')
  const mine = first.open(unit)
  const theirs = second.open(unit)
  expect([first.of(unit), second.of(unit)]).toEqual([mine, theirs])
  expect(first.of(unit)).not.toBe(second.of(unit))
  first.drop(unit)
  expect(first.of(unit)).toBeUndefined()
  expect(second.of(unit)).toBe(theirs)
  const again = first.open(unit)
  second.drop(unit)
  expect(first.of(unit)).toBe(again)
  expect([first.size, second.size]).toEqual([1, 0])
})
