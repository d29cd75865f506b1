import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { LoopStallSampler } from './loop-stall-sampler.js'

/** Works, and does nothing else, for this long. */
function block(millis: number): void {
  const until = performance.now() + millis
  while (performance.now() < until);
}

test('a blocked loop is known while somebody watches, and only the part of it that was asked for', async () => {
  const sampler = new LoopStallSampler()
  sampler.begin()
  const from = performance.now()
  block(150)
  const to = performance.now()
  await pause(30)
  expect(sampler.blockedBetween(from, to)).toBeGreaterThan(100)
  expect(sampler.blockedBetween(from, from + 60)).toBeLessThanOrEqual(60)
  expect(sampler.blockedBetween(from - 100, from)).toBe(0)
  sampler.end()
})

test('a time that nobody watched has no stall', async () => {
  const sampler = new LoopStallSampler()
  expect(sampler.blockedBetween(0, performance.now())).toBe(0)
  sampler.begin()
  sampler.end()
  // One more turn, and the timer is gone.
  await pause(60)
  const from = performance.now()
  block(60)
  expect(sampler.blockedBetween(from, performance.now())).toBe(0)
})
