import { describe, expect, test } from 'vitest'
import { analyzeQueryText } from '../analyze-query-text.js'

describe('a directive', () => {
  test.each([
    ['/* pgspan:ignore n_plus_one */ SELECT 1', 'n_plus_one'],
    ['SELECT 1 /* pgspan:ignore n_plus_one */', 'n_plus_one'],
    ['SELECT 1; /* pgspan:ignore n_plus_one */ ;', 'n_plus_one'],
    ['-- pgspan:ignore n_plus_one\nSELECT 1', 'n_plus_one'],
    ['SELECT 1 -- pgspan:ignore n_plus_one', 'n_plus_one'],
    ['/* a */ /* pgspan:ignore n_plus_one */ -- b\nSELECT 1', 'n_plus_one'],
    ["SELECT 1 /* pgspan:ignore slow_query */ /*traceparent='00-1-2-01'*/", 'slow_query'],
    ['/*pgspan:ignore n_plus_one,slow_query*/ SELECT 1', 'n_plus_one', 'slow_query'],
    [
      '/* pgspan:ignore n_plus_one , slow_query the nightly job does this */ SELECT 1',
      'n_plus_one',
      'slow_query',
    ],
    ['/* pgspan:ignore n_plus_one: three rows at most */ SELECT 1', 'n_plus_one'],
    [
      '/* pgspan:ignore n_plus_one */ SELECT 1 -- pgspan:ignore n_plus_one, slow_query',
      'n_plus_one',
      'slow_query',
    ],
    ['/* pgspan:ignore */ SELECT 1', '*'],
    ['/* pgspan:ignore * */ SELECT 1', '*'],
    ['/* pgspan:ignore because it is a report */ SELECT 1', '*'],
    ['/* pgspan:ignore polling */ SELECT 1', 'polling'],
    ['/* pgspan:ignore polling, slow_query */ SELECT 1', 'polling', 'slow_query'],
    ['-- pgspan:ignore slow_query', 'slow_query'],
  ])('in %j asks for it', (text, ...findings) => {
    expect(analyzeQueryText(text).ignoredFindings).toEqual(findings)
  })

  test.each([
    "SELECT '/* pgspan:ignore n_plus_one */'",
    "SELECT '-- pgspan:ignore n_plus_one'",
    'SELECT "-- pgspan:ignore n_plus_one"',
    'SELECT $$-- pgspan:ignore n_plus_one$$',
    'SELECT 1 /* pgspan:ignore n_plus_one */ + 2',
    'SELECT 1; -- pgspan:ignore n_plus_one\nSELECT 2',
    '/* a pgspan:ignore n_plus_one */ SELECT 1',
    '/* pgspan:ignored n_plus_one */ SELECT 1',
    '/* /* pgspan:ignore n_plus_one */ */ SELECT 1',
    'SELECT 1 /* pgspan:ignore n_plus_one',
    'SELECT 1',
  ])('in %j is none', (text) => {
    expect(analyzeQueryText(text).ignoredFindings).toEqual([])
  })

  test('lists at most 32 kinds', () => {
    const kinds = Array.from({ length: 50 }, (_, index) => `kind_${index}`)
    const text = `/* pgspan:ignore ${kinds.join(',')} */ SELECT 1`
    expect(analyzeQueryText(text).ignoredFindings).toEqual(kinds.slice(0, 32))
  })
})

test.each([
  ['/* pgspan:ignore a_z, z_a, b_09 */ SELECT 1', ['a_z', 'z_a', 'b_09']],
  ['/* pgspan:ignore a_b`c */ SELECT 1', ['a_b']],
  ['/* pgspan:ignore a_b{c */ SELECT 1', ['a_b']],
  ['/* pgspan:ignore a_b/c */ SELECT 1', ['a_b']],
  ['/* pgspan:ignore a_b:c */ SELECT 1', ['a_b']],
  ['/* pgspan:ignore a_bC */ SELECT 1', ['a_b']],
  ['/* pgspan:ignore\ta ,\n b */ SELECT 1', ['a', 'b']],
  ['/* pgspan:ignore a,b c_d */ SELECT 1', ['a', 'b']],
  ['/* pgspan:ignore a */ SELECT 1', ['a']],
  ['/* pgspan:ignore a, */ SELECT 1', ['a']],
  ['/* pgspan:ignore ,a */ SELECT 1', ['*']],
  ['-- pgspan:ignore a\r-- pgspan:ignore b\n;SELECT 1', ['a', 'b']],
  ['SELECT 1 /* x */ ; -- y\n /* pgspan:ignore a */ /* z */', ['a']],
])('the kinds of %j are %j', (text, kinds) => {
  expect(analyzeQueryText(text).ignoredFindings).toEqual(kinds)
})
