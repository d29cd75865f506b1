import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { analyzeQueryText } from './analyze-query-text.js'
import type { AnalyzedQueryText } from './query-shape.js'
import { QueryShapeCache } from './query-shape-cache.js'

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc')
}

test('a shape does not keep a long text alive', () => {
  const collect = garbageCollector()
  const kept: AnalyzedQueryText[] = []
  const analyze = (index: number): AnalyzedQueryText =>
    analyzeQueryText(
      `SELECT * FROM a_table_with_a_long_name_${index} WHERE "a column with a long name" = 'a literal that is long' ` +
        `AND b IN (${'1,'.repeat(500_000)}2)`,
    )
  kept.push(analyze(0))
  collect()
  const before = process.memoryUsage().heapUsed
  for (let index = 1; index <= 50; index++) kept.push(analyze(index))
  collect()
  const perShape = (process.memoryUsage().heapUsed - before) / 50
  expect(kept[50]?.tables).toEqual(['a_table_with_a_long_name_50'])
  expect(perShape).toBeLessThan(50_000)
})

test('nothing of a text is left when it has been read', () => {
  const collect = garbageCollector()
  // In a function of its own, so that no local variable keeps the text.
  const readLong = (head: string): void => {
    analyzeQueryText(head + Buffer.alloc(20_000_000, ' a long text').toString())
  }
  const name = 'a_table_with_a_long_name'
  const heads = [
    ...['SELECT ', "SELECT '", 'SET a = ', `SELECT ${name},  1, `, `SELECT a FROM ${name}, `],
    ...[`SELECT ${name} IN (1, 2, `, `SELECT a FROM ${name}.`, `SELECT a FROM ${name} . `],
  ]
  analyzeQueryText('SELECT 1')
  collect()
  const before = process.memoryUsage().heapUsed
  for (const head of heads) {
    readLong(head)
    collect()
    expect(process.memoryUsage().heapUsed - before, head).toBeLessThan(5_000_000)
  }
})

test('a cache keeps nothing of a large text that its texts are slices of', () => {
  const collect = garbageCollector()
  const cache = new QueryShapeCache()
  const statement = (index: number): string => `SELECT a_long_column_name FROM a_long_table_name_${index}`
  const readSlices = (index: number): void => {
    const large = Buffer.alloc(2_000_000, `${statement(index)};`).toString('latin1')
    cache.shapeOf(large.slice(0, large.indexOf(';')))
  }
  readSlices(0)
  collect()
  const before = process.memoryUsage().heapUsed
  for (let index = 1; index <= 50; index++) readSlices(index)
  collect()
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(5_000_000)
  expect(cache.shapeOf(statement(50)).tables).toEqual(['a_long_table_name_50'])
})
