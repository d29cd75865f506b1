import { BOUNDARY, type Keyword, MODIFIER, OBJECT } from '../tokens/keyword-traits.js'
import type { Token } from '../tokens/token.js'
import { TokenKind } from '../tokens/token-kind.js'
import type { SummaryBuilder } from './summary-builder.js'
import type { TargetReader, TargetUse } from './target-reader.js'

/** The words of a kind of object that has more than one, each with the word that must stand before it. */
const secondWords: ReadonlyMap<Keyword, Keyword> = new Map<Keyword, Keyword>([
  ['CLASS', 'OPERATOR'],
  ['CONFIGURATION', 'SEARCH'],
  ['DATA', 'FOREIGN'],
  ['DICTIONARY', 'SEARCH'],
  ['FAMILY', 'OPERATOR'],
  ['MAPPING', 'USER'],
  ['METHOD', 'ACCESS'],
  ['OBJECT', 'LARGE'],
  ['PARSER', 'SEARCH'],
  ['PRIVILEGES', 'DEFAULT'],
  ['SEARCH', 'TEXT'],
  ['TABLE', 'FOREIGN'],
  ['TEMPLATE', 'SEARCH'],
  ['TRIGGER', 'EVENT'],
  ['VIEW', 'MATERIALIZED'],
  ['WRAPPER', 'DATA'],
])

/**
 * Reads what `CREATE`, `ALTER` and `DROP` are about (`TABLE users`), and the setting that `SET`, `SHOW` and `RESET`
 * name, into the summary.
 */
export class VerbObjectReader {
  readonly #token: Token
  readonly #summary: SummaryBuilder
  readonly #targets: TargetReader
  #state: 'idle' | 'object' | 'name' | 'setting' = 'idle'
  #object: Keyword | '' = ''
  #isDrop = false
  #listUse: TargetUse | undefined = undefined
  /** The word `SESSION` as it is written. */
  #session = ''

  constructor(token: Token, summary: SummaryBuilder, targets: TargetReader) {
    this.#token = token
    this.#summary = summary
    this.#targets = targets
  }

  get isActive(): boolean {
    return this.#state !== 'idle'
  }

  /** The last word of the kind of object that the statement is about. */
  get object(): Keyword | '' {
    return this.#object
  }

  /** What a comma introduces another of: `DROP TABLE a, b`. */
  get listUse(): TargetUse | undefined {
    return this.#listUse
  }

  /** @param isDrop several objects may be named */
  begin(object: 'object' | 'setting' | 'idle', isDrop = false): void {
    this.#state = object
    this.#object = ''
    this.#isDrop = isDrop
    this.#listUse = undefined
  }

  /** Reads the current token. */
  read(): void {
    const { kind } = this.#token
    if (kind !== TokenKind.Word && kind !== TokenKind.Quoted) this.#state = 'idle'
    else if (this.#state === 'setting') this.#readSetting()
    else if (!this.#readObject()) this.#readName()
  }

  /** Takes a word of the kind of object, or one that stands before it. */
  #readObject(): boolean {
    const { keyword, traits } = this.#token
    const isFirst = this.#state === 'object'
    if (isFirst && ((traits & MODIFIER) !== 0 || keyword === 'OR')) return true
    if (keyword !== '' && (isFirst ? (traits & OBJECT) !== 0 : secondWords.get(keyword) === this.#object)) {
      this.#addWord()
      this.#object = keyword
      this.#state = 'name'
      return true
    }
    if (!isFirst) return false
    this.#state = 'idle'
    return true
  }

  #readName(): void {
    const { keyword, traits } = this.#token
    if (keyword === 'IF' || keyword === 'NOT' || keyword === 'EXISTS') return
    if (keyword === 'ONLY' || keyword === 'CONCURRENTLY') return
    this.#state = 'idle'
    if (keyword === 'AUTHORIZATION' || (traits & BOUNDARY) !== 0) return
    const use = this.#object === 'TABLE' || this.#object === 'VIEW' ? 'table' : 'label'
    if (this.#isDrop) this.#listUse = use
    this.#targets.expect(use)
    this.#targets.read()
  }

  #readSetting(): void {
    const { text, start, end, keyword } = this.#token
    if (keyword === 'LOCAL') return
    if (keyword === 'SESSION') this.#session = text.slice(start, end)
    else if (keyword === 'TIME') this.#addWord()
    else {
      if (keyword === 'AUTHORIZATION' || keyword === 'CHARACTERISTICS') this.#summary.add(this.#session)
      this.#state = 'idle'
      this.#targets.expect('label')
      this.#targets.read()
    }
  }

  #addWord(): void {
    const { text, start, end } = this.#token
    this.#summary.add(text.slice(start, end))
  }
}
