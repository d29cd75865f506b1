import { describe, expect, test } from 'vitest'
import { SanitizedTextWriter, TextMark } from './sanitized-text-writer.js'

const text = 'SELECT 12, 34'

function writerOf(maxLength = 100): SanitizedTextWriter {
  const writer = new SanitizedTextWriter()
  writer.begin(text, maxLength)
  return writer
}

describe('a sanitised text', () => {
  test('in which nothing was replaced is the text itself, or its begin', () => {
    expect(writerOf().finish(text.length)).toBe(text)
    expect(writerOf().finish(6)).toBe('SELECT')
    expect(writerOf().finish(0)).toBe('')
  })

  test('has replacements in their places', () => {
    const writer = writerOf()
    writer.replace(7, 9, '?')
    writer.replace(9, 10, '')
    writer.replace(11, 13, '?')
    expect(writer.finish(13)).toBe('SELECT ? ?')
  })

  test('ends with a replacement that goes beyond its end', () => {
    const writer = writerOf()
    writer.replace(7, 13, '?')
    expect(writer.finish(9)).toBe('SELECT ?')
  })

  test('goes back to a mark, as if nothing had been written behind it', () => {
    const writer = writerOf()
    const mark = new TextMark()
    writer.replace(7, 9, '?')
    writer.mark(mark, 9)
    writer.replace(11, 13, '!')
    writer.leaveOut(mark, 13)
    expect(writer.finish(13)).toBe('SELECT ?')
  })

  test('keeps what stands behind what was left out', () => {
    const writer = writerOf()
    const mark = new TextMark()
    writer.mark(mark, 6)
    writer.leaveOut(mark, 9)
    expect(writer.finish(13)).toBe('SELECT, 34')
  })

  test('is not cut if it fits, and is cut behind the last token with which it does', () => {
    const read = (maxLength: number): [string, boolean] => {
      const writer = writerOf(maxLength)
      for (const end of [6, 9, 10, 13]) writer.endToken(end)
      const { isCut } = writer
      return [writer.finish(13), isCut]
    }
    expect(read(13)).toEqual([text, false])
    expect(read(12)).toEqual(['SELECT 12,…', true])
    expect(read(11)).toEqual(['SELECT 12,…', true])
    expect(read(10)).toEqual(['SELECT 12…', true])
    expect(read(9)).toEqual(['SELECT…', true])
    expect(read(6)).toEqual(['…', true])
    expect(read(1)).toEqual(['…', true])
  })

  test('that was cut stays as it was, whatever is written behind', () => {
    const writer = writerOf(9)
    const mark = new TextMark()
    writer.mark(mark, 0)
    for (const end of [6, 9, 10]) writer.endToken(end)
    writer.replace(11, 13, '?')
    writer.leaveOut(mark, 13)
    writer.endToken(13)
    expect(writer.finish(13)).toBe('SELECT…')
  })

  test('has nothing of the one before', () => {
    const writer = writerOf(9)
    writer.replace(0, 6, 'INSERT')
    for (const end of [6, 9, 10, 13]) writer.endToken(end)
    expect(writer.isCut).toBe(true)
    writer.finish(13)
    writer.begin('a b', 100)
    expect(writer.isCut).toBe(false)
    expect(writer.finish(3)).toBe('a b')
  })
})
