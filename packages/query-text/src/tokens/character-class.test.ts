import { describe, expect, test } from 'vitest'
import { foldedWordCode, leadingKind } from './character-class.js'
import { TokenKind } from './token-kind.js'

describe('a character', () => {
  const kinds: [string, number][] = [
    [' \t\n\r\f\v\u00a0\u2000\u2005\u200b\u2028\u2029\u202f\u3000\ufeff', TokenKind.End],
    [
      'azAZ_é\u0080\u009f\u00a1\u1fff\u200c\u2017\u2030\u2031\u2034\u203b\u2ffe\u3001\ufefe\uff06\uff08\ud800\udfff\uffff',
      TokenKind.Word,
    ],
    ['0123456789', TokenKind.NumberLiteral],
    ["'", TokenKind.StringLiteral],
    ['"', TokenKind.Quoted],
    ['$', TokenKind.Parameter],
    ['~!@#^&|?+-*/%<>=', TokenKind.Operator],
    ['(', TokenKind.OpenRound],
    [')', TokenKind.CloseRound],
    ['[', TokenKind.OpenSquare],
    [']', TokenKind.CloseSquare],
    [',', TokenKind.Comma],
    [';', TokenKind.Semicolon],
    ['.', TokenKind.Dot],
    [':', TokenKind.Colon],
    ['\u0000\u0001\u0008\u000e\u001f\u007f', TokenKind.Control],
    ['\\{}`«»´‘’‚‛“”„‟′″‹›＇', TokenKind.Other],
  ]

  test.each(kinds)('of %j begins a token of its kind', (characters, kind) => {
    for (const character of characters) expect(leadingKind(character.charCodeAt(0)), character).toBe(kind)
  })

  test('of a word is folded if it is a letter of ASCII', () => {
    for (const character of 'abz019_$é\u0080\u2030\ud800') {
      expect(foldedWordCode(character.charCodeAt(0))).toBe(character.charCodeAt(0))
    }
    for (const character of 'AMZ') {
      expect(foldedWordCode(character.charCodeAt(0))).toBe(character.toLowerCase().charCodeAt(0))
    }
  })

  test('that is no part of a word has no code', () => {
    for (const character of ' \n\0\u007f\'"()[],;.:+-/@[`{\u00a0\u2003\u3000\ufeff‘”«') {
      expect(foldedWordCode(character.charCodeAt(0)), character).toBe(0)
    }
  })
})
