import type { Keyword } from './keyword-traits.js'
import type { Token } from './token.js'

/** Bits of a token's traits, beside those of keyword-traits.ts: who has something to do when it meets the word. */
const COMPARISON = 0x100
const VALUE_CLAUSE = 0x200
const STRUCTURE = 0x400

const comparisonWords = [
  'ALL',
  'AND',
  'ANY',
  'BETWEEN',
  'COLLATE',
  'DISTINCT',
  'FROM',
  'ILIKE',
  'IN',
  'IS',
  'LIKE',
  'NOT',
  'SIMILAR',
  'SOME',
  'SYMMETRIC',
  'WITH',
] as const

const valueClauseWords = [
  'FETCH',
  'FROM',
  'LIMIT',
  'OFFSET',
  'ON',
  'RETURNING',
  'SELECT',
  'SET',
  'WHERE',
] as const

const structureWords = [
  'AS',
  'ATOMIC',
  'CASE',
  'END',
  'EXCEPT',
  'FETCH',
  'FOR',
  'FROM',
  'GROUP',
  'HAVING',
  'INTERSECT',
  'INTO',
  'JOIN',
  'LIMIT',
  'LOCKED',
  'OFFSET',
  'ON',
  'ORDER',
  'RETURNING',
  'SELECT',
  'SET',
  'SHARE',
  'STDIN',
  'TABLE',
  'TRANSACTION',
  'UNION',
  'UPDATE',
  'USING',
  'VALUES',
  'WHERE',
  'WINDOW',
  'WITH',
] as const

const readers: readonly (readonly [reader: number, words: readonly Keyword[]])[] = [
  [COMPARISON, comparisonWords],
  [VALUE_CLAUSE, valueClauseWords],
  [STRUCTURE, structureWords],
]

/** A token with a word that `applyComparisonWord` knows: its switch can have no other. */
export type ComparisonToken = Token & { readonly keyword: (typeof comparisonWords)[number] }

/** A token with a word that `applyClauseWord` knows: its switch can have no other. */
export type ValueClauseToken = Token & { readonly keyword: (typeof valueClauseWords)[number] }

/** A token with a word that the statement tracker or `applyClause` knows: their switches can have no other. */
export type StructureToken = Token & { readonly keyword: (typeof structureWords)[number] }

/** The bits of all who have something to do when they meet `keyword`. */
export function readersOf(keyword: Keyword): number {
  return readers.reduce((bits, [reader, words]) => (words.includes(keyword) ? bits | reader : bits), 0)
}

export function isComparisonToken(token: Token): token is ComparisonToken {
  return (token.traits & COMPARISON) !== 0
}

export function isValueClauseToken(token: Token): token is ValueClauseToken {
  return (token.traits & VALUE_CLAUSE) !== 0
}

export function isStructureToken(token: Token): token is StructureToken {
  return (token.traits & STRUCTURE) !== 0
}
