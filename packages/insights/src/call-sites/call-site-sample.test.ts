import { expect, test } from 'vitest'
import { siteAt } from '../../test/simulated-database.js'
import { CallSiteSample } from './call-site-sample.js'

function sampleOf(...paths: number[]): CallSiteSample {
  const sample = new CallSiteSample()
  for (const path of paths) {
    sample.ask()
    sample.answer({ ...siteAt('findUser', 7), path })
  }
  return sample
}

test('calls that came the same way are from one place', () => {
  expect(sampleOf(5, 5, 5)).toMatchObject({ isOnePlace: true, isScattered: false })
})

test('calls of one line that came from different callers are scattered', () => {
  expect(sampleOf(5, 6, 7)).toMatchObject({ isOnePlace: false, isScattered: true })
})

test('calls of which some came the same way are neither', () => {
  expect(sampleOf(5, 6, 5)).toMatchObject({ isOnePlace: false, isScattered: false })
})

test('two calls are too few to say', () => {
  expect(sampleOf(5, 5)).toMatchObject({ isOnePlace: false, isScattered: false })
})
