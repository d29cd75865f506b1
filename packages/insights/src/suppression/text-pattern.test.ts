import { expect, test } from 'vitest'
import { TextPattern } from './text-pattern.js'

test.each<[pattern: string, text: string, matches: boolean]>([
  ['GET /orders', 'GET /orders', true],
  ['GET /orders', 'GET /orders/:id', false],
  ['GET /orders*', 'GET /orders/:id', true],
  ['* /orders', 'POST /orders', true],
  ['SELECT * FROM a', 'SELECT id, name FROM a', true],
  ['*FROM a*WHERE*', 'SELECT 1\n  FROM   a\n WHERE b', true],
  ['*FROM a*WHERE*', 'SELECT 1 WHERE b FROM a', false],
  ['ab*ba', 'aba', false],
  ['ab*ba', 'abba', true],
  ['*', '', true],
  ['', 'a', false],
  ['a.c', 'abc', false],
])('%j on %j: %s', (pattern, text, matches) => {
  expect(new TextPattern(pattern).matches(text)).toBe(matches)
})
