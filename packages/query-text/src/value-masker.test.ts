import { expect, test } from 'vitest'
import { analyzeQueryText } from './analyze-query-text.js'

test.each([
  ['SELECT a FROM t WHERE b IS NULL', 0],
  ['SELECT a FROM t WHERE b = $1 AND c = $1', 2],
  ["SELECT 'x', -5, $1, b FROM t", 3],
  [`SELECT a FROM t WHERE b IN (${'1, '.repeat(99)}1)`, 100],
])('the number of values counts every literal and parameter: %s', (text, valueCount) => {
  expect(analyzeQueryText(text).valueCount).toBe(valueCount)
})

test.each([
  ['SET enable_seqscan TO on', 'SET enable_seqscan TO ?'],
  ['SET a = on, off', 'SET a = ?, ?'],
])('a setting that is a reserved word is masked: %s', (text, sanitizedText) => {
  expect(analyzeQueryText(text).sanitizedText).toBe(sanitizedText)
})
