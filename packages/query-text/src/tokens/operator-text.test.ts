import { describe, expect, test } from 'vitest'
import { endOfOperator, endOfOperatorRun, meaningOf, meaningOfCharacter } from './operator-text.js'

/** What stands before the `|` is what a function should take of the text without it. */
function split(marked: string): { text: string; end: number } {
  const end = marked.indexOf('|')
  return { text: marked.replace('|', ''), end }
}

describe('a run of operator characters', () => {
  test.each([
    '+|',
    '+-*|a',
    '<=|1',
    '~!@#^&|',
    '+|--',
    '+|/*',
    '*/|',
    '-|',
    '/|',
    '->|',
    '-*-|',
    '//|',
    '%?|',
  ])('ends where %s has its bar', (marked) => {
    const { text, end } = split(marked)
    expect(endOfOperatorRun(text, 0)).toBe(end)
    expect(endOfOperatorRun(`a ${text}`, 2)).toBe(end + 2)
  })

  test.each([
    ...['=|-', '=|+-+', '*|-', '<>|-', '+|', '-|', '+|-', '=-=|', '=-=|--+'],
    ...['~-|', '!-|', '@-|', '#-|', '^-|', '&-|', '?-|', '%-|', '=@=-|', '+-@|', '@=-=-|'],
  ])('begins with the operator that ends where %s has its bar', (marked) => {
    const { text, end } = split(marked)
    expect(endOfOperator(text, 0, text.length)).toBe(end)
    expect(endOfOperator(`@ ${text}`, 2, text.length + 2)).toBe(end + 2)
  })

  test.each([
    ['=', 'eq'],
    ['<', 'range'],
    ['>', 'range'],
    ['+', 'sign'],
    ['-', 'sign'],
    ['~', 'like'],
    ['*', 'other'],
    ['/', 'other'],
    ['!', 'other'],
  ])('%s alone means %s', (operator, meaning) => {
    expect(meaningOfCharacter(operator.charCodeAt(0))).toBe(meaning)
  })

  test.each([
    ...['<=', '>=', '<>', '!='].map((operator) => [operator, 'range']),
    ...['~*', '!~', '!~*', '~~', '~~*', '!~~', '!~~*'].map((operator) => [operator, 'like']),
    ...['||', '->', '=>', '@>', '<@', '~~~', '=='].map((operator) => [operator, 'other']),
  ])('%s means %s', (operator, meaning) => {
    expect(meaningOf(operator ?? '')).toBe(meaning)
  })
})
