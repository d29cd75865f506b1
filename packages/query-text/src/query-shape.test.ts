import { setFlagsFromString } from 'node:v8'
import { expect, test } from 'vitest'
import { analyzeQueryText, analyzeResolved } from './analyze-query-text.js'

const texts = [
  '',
  'SELECT 1',
  "SELECT a FROM t WHERE b = 'O'Brien'",
  '/* pgspan:ignore a_b */ SELECT a FROM t WHERE b = $1 AND c IN (1, 2)',
  `SELECT '${'x'.repeat(70_000)}'`,
]

test('a shape is frozen, with all that it holds', () => {
  for (const text of texts) {
    const shape = analyzeQueryText(text)
    for (const part of [shape, shape.tables, shape.slots, ...shape.slots, shape.ignoredFindings]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  }
})

test('all shapes and all slots have one hidden class', () => {
  setFlagsFromString('--allow-natives-syntax')
  const haveSameMap = new Function('a', 'b', 'return %HaveSameMap(a, b)')
  const shapes = texts.map((text) => analyzeQueryText(text))
  const slots = shapes.flatMap((shape) => shape.slots)
  expect(slots.length).toBeGreaterThan(3)
  for (const shape of shapes) expect(haveSameMap(shape, shapes[0])).toBe(true)
  for (const slot of slots) expect(haveSameMap(slot, slots[0])).toBe(true)
})

test('a text gives the same shape whatever was read before it', () => {
  const read = [
    'SELECT a FROM t WHERE b = $1',
    'SELECT (b AND $1), c IN (1, 1), f($2) FROM (x)',
    'INSERT INTO t (a) VALUES ($1)',
    'WITH b AS (SELECT 1) SELECT * FROM a, b',
  ]
  const unfinished = [
    ...['WITH x AS (', 'WITH RECURSIVE a AS (SELECT 1', 'WITH a', 'COPY t FROM STDIN;', 'COPY t FROM STDIN'],
    ...[
      'SET a = ',
      'SAVEPOINT',
      'ROLLBACK',
      'SELECT a IN (1,',
      'SELECT ((a IN ((1,',
      'VALUES (1), (',
      'SELECT ARRAY[1,',
    ],
    ...[
      'UPDATE t SET a =',
      'UPDATE t SET (a',
      'INSERT INTO t (a, b',
      'INSERT INTO t (a, b) VALUES',
      'SELECT (a BETWEEN 1',
    ],
    ...[
      'SELECT a::',
      'SELECT a::varchar(',
      'SELECT a COLLATE',
      'SELECT $1 =',
      'SELECT a = ANY',
      'SELECT a +-',
      'SELECT <+-+-',
    ],
    ...[
      'SELECT a FROM',
      'SELECT a FROM b.',
      'SELECT a FROM (',
      'CREATE TABLE',
      'CREATE',
      'DECLARE c CURSOR',
      'EXPLAIN',
    ],
    ...[
      'CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE',
      "SELECT 'a",
      'SELECT "a',
      'SELECT /* a',
      "SELECT 'a'b",
      'SELECT $1 -- a',
    ],
  ]
  // Slots are read when they are asked for, by the same scanner.
  const everythingOf = (text: string): object => {
    const shape = analyzeQueryText(text)
    return { ...shape, slots: shape.slots }
  }
  const expected = read.map(everythingOf)
  for (const other of [...texts, ...unfinished]) {
    for (const [index, text] of read.entries()) {
      everythingOf(other)
      expect(everythingOf(text), other).toEqual(expected[index])
    }
  }
})

test('anything but a string gives an empty shape', () => {
  const empty = analyzeQueryText('')
  expect(empty).toMatchObject({ sanitizedText: '', summary: '', kind: 'other', tables: [], slots: [] })
  for (const value of [undefined, null, 0, {}, ['SELECT 1'], new String('SELECT 1')]) {
    // A driver hands over whatever its caller passed.
    expect(analyzeQueryText(value as unknown as string)).toEqual(empty)
  }
})

test('an error of our own gives a shape with nothing of the text in it, and does no harm to the next text', () => {
  const failing = {
    backslashEscapes: false,
    keepParameterizedText: false,
    get maxTextLength(): number {
      throw new Error('a fault that nobody knows of')
    },
  }
  expect(analyzeResolved('SELECT a FROM t', failing)).toEqual({
    ...analyzeQueryText(''),
    sanitizedText: '?',
    slots: [],
    isFailClosed: true,
  })
  expect(analyzeQueryText('SELECT a FROM t')).toMatchObject({
    sanitizedText: 'SELECT a FROM t',
    tables: ['t'],
  })
})

test('slots are the same object whenever they are asked for, whatever was read in between', () => {
  const shapes = ['SELECT a FROM t WHERE b = $1', "SELECT a FROM t WHERE c IN ('x', 'O'Brien')", ''].map(
    (text) => analyzeQueryText(text),
  )
  for (const shape of shapes) {
    analyzeQueryText('UPDATE t SET d = 5')
    const { slots } = shape
    expect(Object.isFrozen(slots)).toBe(true)
    expect(shape.slots).toBe(slots)
  }
  expect(shapes.map(({ slots }) => slots.map(({ column }) => column))).toEqual([['b'], ['c'], []])
})
