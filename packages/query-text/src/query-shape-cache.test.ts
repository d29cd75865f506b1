import { describe, expect, test } from 'vitest'
import { analyzeQueryText } from './analyze-query-text.js'
import { QueryShapeCache } from './query-shape-cache.js'

/** A string with the same characters that is another object, as an application that builds its text makes. */
function rebuilt(text: string): string {
  return Buffer.from(text).toString()
}

function numbered(index: number): string {
  return `SELECT a FROM t${index} WHERE b = $1`
}

describe('a cache', () => {
  test('gives the shape that analyzeQueryText gives', () => {
    const text = "SELECT a FROM t WHERE b = 'x' LIMIT 5"
    expect(new QueryShapeCache().shapeOf(text)).toEqual(analyzeQueryText(text))
  })

  test('gives the same object for the same characters', () => {
    const cache = new QueryShapeCache()
    const shape = cache.shapeOf(numbered(1))
    expect(cache.shapeOf(numbered(1))).toBe(shape)
    expect(cache.shapeOf(rebuilt(numbered(1)))).toBe(shape)
    expect(cache.shapeOf(numbered(2))).not.toBe(shape)
  })

  test('reads texts as its options say', () => {
    const cache = new QueryShapeCache({ backslashEscapes: true, maxTextLength: 10 })
    expect(cache.shapeOf("SELECT 'it\\'s', a")).toMatchObject({
      sanitizedText: 'SELECT ?,…',
      isFailClosed: false,
    })
  })

  test('refuses wrong options when it is made', () => {
    expect(() => new QueryShapeCache({ maxTextLength: 0 })).toThrow('maxTextLength')
  })

  test('keeps what was asked for within the last 500 other texts', () => {
    const cache = new QueryShapeCache()
    const shape = cache.shapeOf(numbered(0))
    for (let index = 1; index < 1_000; index++) cache.shapeOf(numbered(index))
    expect(cache.shapeOf(numbered(0))).toBe(shape)
    for (let index = 1_000; index < 1_500; index++) cache.shapeOf(numbered(index))
    expect(cache.shapeOf(numbered(0))).toBe(shape)
  })

  test('forgets what nobody has asked for during two generations', () => {
    const cache = new QueryShapeCache()
    const shape = cache.shapeOf(numbered(0))
    for (let index = 1; index <= 1_000; index++) cache.shapeOf(numbered(index))
    expect(cache.shapeOf(numbered(0))).not.toBe(shape)
  })

  test('begins a generation after a million characters', () => {
    const cache = new QueryShapeCache()
    const long = (index: number): string => `SELECT ${'a'.repeat(3_990)}${index} FROM t`
    const shape = cache.shapeOf(long(0))
    for (let index = 1; index < 240; index++) cache.shapeOf(long(index))
    expect(cache.shapeOf(long(0))).toBe(shape)
    for (let index = 240; index < 750; index++) cache.shapeOf(long(index))
    expect(cache.shapeOf(long(0))).not.toBe(shape)
  })

  test('keeps texts of 4,096 characters and no longer ones', () => {
    const cache = new QueryShapeCache()
    const longest = `SELECT ${'a'.repeat(4_096 - 7)}`
    expect(longest).toHaveLength(4_096)
    expect(cache.shapeOf(longest)).toBe(cache.shapeOf(longest))
    const shape = cache.shapeOf(`${longest}a`)
    expect(cache.shapeOf(`${longest}a`)).not.toBe(shape)
    expect(cache.shapeOf(`${longest}a`)).toEqual(shape)
  })

  test('keeps eight texts that differ in literals only', () => {
    const cache = new QueryShapeCache()
    const text = (index: number): string => `SELECT a FROM t WHERE b = ${index}`
    const shapes = Array.from({ length: 12 }, (_, index) => cache.shapeOf(text(index)))
    const isKept = shapes.map((shape, index) => cache.shapeOf(text(index)) === shape)
    expect(isKept).toEqual([...new Array(8).fill(true), ...new Array(4).fill(false)])
    expect(cache.shapeOf(text(99)).slots).toMatchObject([{ literal: '99' }])
  })

  test('keeps texts of such a statement again after a thousand other statements', () => {
    const cache = new QueryShapeCache()
    const text = (index: number): string => `SELECT a FROM t WHERE b = ${index}`
    for (let index = 0; index < 10; index++) cache.shapeOf(text(index))
    expect(cache.shapeOf(text(10))).not.toBe(cache.shapeOf(text(10)))
    for (let index = 0; index < 1_000; index++) cache.shapeOf(`SELECT a FROM t${index} WHERE b = 1`)
    expect(cache.shapeOf(text(11))).toBe(cache.shapeOf(text(11)))
  })

  test('keeps eight texts that differ in comments only', () => {
    const cache = new QueryShapeCache()
    const text = (index: number): string => `SELECT a FROM t WHERE b = $1 /*traceparent='00-${index}-01'*/`
    const shapes = Array.from({ length: 12 }, (_, index) => cache.shapeOf(text(index)))
    const isKept = shapes.map((shape, index) => cache.shapeOf(text(index)) === shape)
    expect(isKept).toEqual([...new Array(8).fill(true), ...new Array(4).fill(false)])
  })

  test('keeps any number of texts without literals and comments, also with one fingerprint', () => {
    const cache = new QueryShapeCache()
    const text = (index: number): string => `SELECT a FROM t${' '.repeat(index + 1)}WHERE b = $1`
    const shapes = Array.from({ length: 20 }, (_, index) => cache.shapeOf(text(index)))
    expect(shapes.every((shape, index) => cache.shapeOf(text(index)) === shape)).toBe(true)
  })

  test('goes on keeping new texts with literals after thousands of fingerprints', () => {
    const cache = new QueryShapeCache()
    for (let index = 0; index < 5_000; index++) cache.shapeOf(`SELECT a FROM t${index} WHERE b = 1`)
    const text = 'SELECT a FROM t WHERE b = 1'
    expect(cache.shapeOf(text)).toBe(cache.shapeOf(text))
  })

  test('gives an empty shape for what is no string', () => {
    const cache = new QueryShapeCache()
    for (const value of [undefined, null, 5, {}, Symbol('a')]) {
      // A driver hands over whatever its caller passed.
      expect(cache.shapeOf(value as unknown as string)).toEqual(analyzeQueryText(''))
    }
  })
})
