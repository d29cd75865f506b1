import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { QueryShapeCache } from './query-shape-cache.js'

/** Texts of about 1,000 characters whose shapes are much larger than they are. */
const texts: Record<string, (index: number) => string> = {
  'parameters, each with a column': (index) =>
    `SELECT a FROM t${index} WHERE ${'column_name = $1 AND '.repeat(46)}b`,
  'literals, each with a column': (index) =>
    `SELECT a FROM t${index} WHERE ${"a_column = 'value' AND ".repeat(42)}b`,
  'literals beyond Latin-1': (index) => `SELECT a FROM t${index} WHERE ${"имя = 'Анна' AND ".repeat(58)}b`,
}

/**
 * The least of several readings. Up to 0.6 MB of what the test before left behind survive the first collections: a
 * single reading can be too high, never too low.
 */
async function leastUse(collect: () => void): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let reading = 0; reading < 5; reading++) {
    await setImmediate()
    collect()
    least = Math.min(least, process.memoryUsage().heapUsed)
  }
  return least
}

/** How much memory a cache takes at most while it reads 2,000 texts. In a function of its own, which lets it go. */
function mostUse(textOf: (index: number) => string, collect: () => void): number {
  const cache = new QueryShapeCache()
  let most = 0
  for (let index = 0; index < 2_000; index++) {
    cache.shapeOf(textOf(index))
    if (index % 100 !== 99) continue
    collect()
    most = Math.max(most, process.memoryUsage().heapUsed)
  }
  expect(cache.shapeOf(textOf(1_999)).tables).toEqual(['t1999'])
  return most
}

test.each(Object.entries(texts))('a cache that is full of %s holds at most 5 MB', async (_what, textOf) => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  // What the first texts bring into being once and for all belongs to no cache.
  new QueryShapeCache().shapeOf(textOf(0))
  const before = await leastUse(collect)
  const most = mostUse(textOf, collect)
  const held = most - Math.min(before, await leastUse(collect))
  expect(held).toBeGreaterThan(1_000_000)
  expect(held).toBeLessThan(5_000_000)
})
