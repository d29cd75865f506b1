import { describe, expect, test } from 'vitest'
import { RowHistory } from './row-history.js'

function historyOf(rows: readonly number[]): RowHistory {
  const history = new RowHistory()
  for (const one of rows) history.add(one)
  return history
}

/** The same numbers in every run, from 0 to 1. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i)

describe('rows grow', () => {
  test.each<[string, (n: number) => number]>([
    ['evenly', (n) => 500 + 3 * n],
    ['in steps', (n) => 500 + 60 * Math.floor(n / 10)],
    ['with ups and downs', (n) => 500 + 8 * n + 40 * Math.sin(n)],
  ])('%s', (_, rowsAt) => {
    expect(historyOf(upTo(40).map(rowsAt)).grows).toBe(true)
    expect(historyOf(upTo(1_000).map(rowsAt)).grows).toBe(true)
  })
})

describe('rows do not grow', () => {
  test.each<[string, (n: number) => number]>([
    ['that stay', () => 500],
    ['by less than a tenth', (n) => 1_000 + n],
    ['that come and go', (n) => 500 + 200 * (n % 7)],
    ['that become fewer', (n) => 900 - 5 * n],
  ])('%s', (_, rowsAt) => {
    expect(historyOf(upTo(80).map(rowsAt)).grows).toBe(false)
  })

  test('by chance: hardly a random series of 300, looked at whenever there were never as many rows', () => {
    const random = randomNumbers(4_711)
    let taken = 0
    for (let series = 0; series < 1_000; series++) {
      const history = new RowHistory()
      let grows = false
      for (let n = 0; n < 300; n++) {
        if (history.add(Math.round(50 + 1_950 * random())) && history.count >= 30) grows ||= history.grows
      }
      if (grows) taken++
    }
    expect(taken).toBeLessThanOrEqual(2)
  })
})

test('a history is spread over all that was seen, and knows the largest', () => {
  const history = historyOf(upTo(10_000))
  expect(history.count).toBe(10_000)
  expect(history.maximum).toBe(9_999)
  expect(history.firstRows).toBeLessThan(2_500)
  expect(history.add(10_000)).toBe(true)
  expect(history.add(10_000)).toBe(false)
})
