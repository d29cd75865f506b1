import { expect, test } from 'vitest'
import { ExecutionTiming } from './execution-timing.js'

/** Six executions of 1 ms, each asked for right after the one before was over. */
function timingAfterWaits(waitMillis: number): ExecutionTiming {
  const timing = new ExecutionTiming()
  let now = 1_000
  for (let i = 0; i < 6; i++) {
    const askedAt = now
    now += waitMillis
    timing.start(now, askedAt)
    timing.settle(now, now + 1, false)
    now += 1
  }
  return timing
}

test('a loop that waits for connections is a loop, however long it waits', () => {
  expect(timingAfterWaits(0).isBurst).toBe(true)
  expect(timingAfterWaits(900).isBurst).toBe(true)
})

test('what pauses by itself is none', () => {
  const timing = new ExecutionTiming()
  for (let i = 0; i < 6; i++) {
    timing.start(1_000 * i, 1_000 * i)
    timing.settle(1_000 * i, 1_000 * i + 1, false)
  }
  expect(timing.isBurst).toBe(false)
})
