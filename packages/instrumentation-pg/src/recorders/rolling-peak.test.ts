import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RollingPeak } from './rolling-peak.js'

test('knows the highest value of the last minute, whatever comes and goes', () => {
  const step = fc.record({ pause: fc.integer({ min: 0, max: 40_000 }), value: fc.nat({ max: 20 }) })
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), fc.nat({ max: 1e6 }), (steps, start) => {
      let now = start
      const peak = new RollingPeak(now)
      const history = [{ from: now, value: 0 }]
      for (const { pause, value } of steps) {
        now += pause
        peak.set(value, now)
        history.push({ from: now, value })
        const heldSince = (since: number): number =>
          Math.max(
            ...history.filter((_, n) => (history[n + 1]?.from ?? now) >= since).map((one) => one.value),
          )
        expect(peak.at(now)).toBeGreaterThanOrEqual(heldSince(now - 60_000))
        expect(peak.at(now)).toBeLessThanOrEqual(heldSince(now - 65_000))
      }
    }),
  )
})
