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

test.each(Object.entries(texts))('a cache that is full of %s holds at most 5 MB', (_what, textOf) => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  // What the first texts bring into being once and for all belongs to no cache.
  new QueryShapeCache().shapeOf(textOf(0))
  const cache = new QueryShapeCache()
  collect()
  const before = process.memoryUsage().heapUsed
  let most = 0
  for (let index = 0; index < 2_000; index++) {
    cache.shapeOf(textOf(index))
    if (index % 100 !== 99) continue
    collect()
    most = Math.max(most, process.memoryUsage().heapUsed - before)
  }
  expect(cache.shapeOf(textOf(1_999)).tables).toEqual(['t1999'])
  expect(most).toBeGreaterThan(1_000_000)
  expect(most).toBeLessThan(5_000_000)
})
