import { readersOf } from './keyword-readers.js'
import { type Keyword, keywordTraits } from './keyword-traits.js'
import { WordTable } from './word-table.js'

/** A known word and its traits. */
export interface KeywordEntry {
  readonly keyword: Keyword
  /** Bits of keyword-traits.ts and keyword-readers.ts. */
  readonly traits: number
}

/** Every known keyword by the hash of its characters in lower case. */
export const keywords: WordTable<KeywordEntry> = new WordTable<KeywordEntry>(
  keywordTraits().map(
    ([keyword, traits]) => [keyword, { keyword, traits: traits | readersOf(keyword) }] as const,
  ),
)
