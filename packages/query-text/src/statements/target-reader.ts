import { identifierText } from '../text/identifier-text.js'
import { BOUNDARY, type Keyword, MODIFIER, OPERAND } from '../tokens/keyword-traits.js'
import type { Token } from '../tokens/token.js'
import { TokenKind } from '../tokens/token-kind.js'
import { ForwardTargets } from './forward-targets.js'
import { NameScope } from './name-scope.js'
import type { SummaryBuilder } from './summary-builder.js'

const { Word, Quoted, Dot, OpenRound } = TokenKind
const MAX_TABLES = 64

/**
 * What an awaited name is: something in a `FROM` list, which may be a table, a function or a CTE; a table for sure;
 * a `label`, which only the summary gets; an `unlisted` table, which the summary does not get.
 */
export type TargetUse = 'from' | 'table' | 'label' | 'unlisted'

/** Reads the qualified names that follow `FROM`, `INTO`, `UPDATE` and the like, token by token. */
export class TargetReader {
  /** Common table expressions in sight; their names are no tables. */
  readonly commonTables: NameScope = new NameScope()
  /** Names that may be those of common tables which are defined behind them. */
  readonly forward: ForwardTargets
  /** The next token may belong to a name. */
  isActive = false
  readonly #token: Token
  readonly #summary: SummaryBuilder
  #state: 'idle' | 'awaited' | 'name' | 'dot' = 'idle'
  #use: TargetUse = 'from'
  #skipsModifiers = false
  #start = 0
  #firstA = 0
  #firstB = 0
  #firstKeyword: Keyword | '' = ''
  /** The name is a value such as `CURRENT_USER`, which a query can select from like from a function. */
  #isValue = false
  /** Where the part before the last one ends; -1 without. */
  #qualifierStart = -1
  #qualifierEnd = -1
  #lastStart = 0
  #lastEnd = 0
  /** The name as far as it was read, if there are spaces or comments in it. */
  #joined = ''
  #tables: string[] = []
  #catalogueTables = 0

  constructor(token: Token, summary: SummaryBuilder) {
    this.#token = token
    this.#summary = summary
    this.forward = new ForwardTargets(summary)
  }

  begin(): void {
    this.#end()
    this.#tables = []
    this.#catalogueTables = 0
    this.beginStatement()
  }

  /** Names of the statement before are out of sight. */
  beginStatement(): void {
    this.commonTables.shrink(0)
    this.forward.begin()
  }

  /** A name is due, and nothing of it was read. */
  get isAwaiting(): boolean {
    return this.#state === 'awaited'
  }

  /** Hands the tables over. */
  takeTables(): string[] {
    const tables = this.#tables
    this.#tables = []
    return tables
  }

  /** Every table that was named belongs to PostgreSQL's own catalogues. */
  get isCatalogue(): boolean {
    return this.#catalogueTables > 0 && this.#catalogueTables === this.#tables.length
  }

  /** @param skipsModifiers words such as `TABLE` or `CONCURRENTLY` may stand before the name */
  expect(use: TargetUse, skipsModifiers = false): void {
    this.#state = 'awaited'
    this.isActive = true
    this.#use = use
    this.#skipsModifiers = skipsModifiers
  }

  /** Takes the current token if it belongs to a name; otherwise ends the name. */
  read(): boolean {
    const token = this.#token
    if (this.#state === 'awaited') return this.#readFirst()
    if (this.#state === 'name') {
      if (token.kind !== Dot) return this.#complete()
      this.#state = 'dot'
      this.#join()
      return true
    }
    if (token.kind !== Word && token.kind !== Quoted) return this.#complete()
    this.#state = 'name'
    this.#join()
    this.#qualifierStart = this.#lastStart
    this.#qualifierEnd = this.#lastEnd
    this.#lastStart = token.start
    this.#lastEnd = token.end
    return true
  }

  #readFirst(): boolean {
    const token = this.#token
    if (token.kind === OpenRound && this.#use === 'from') return false
    const isWord = token.kind === Word
    if (isWord && this.#isSkipped()) return true
    if (token.kind !== Quoted && !(isWord && this.#canBeName())) {
      this.#end()
      return false
    }
    this.#state = 'name'
    this.#start = token.start
    this.#firstA = token.hashA
    this.#firstB = token.hashB
    this.#firstKeyword = token.keyword
    this.#isValue = (token.traits & OPERAND) !== 0
    this.#qualifierEnd = -1
    this.#lastStart = token.start
    this.#lastEnd = token.end
    return true
  }

  #isSkipped(): boolean {
    const { keyword, traits } = this.#token
    if (keyword === 'ONLY' || keyword === 'LATERAL') return true
    if (!this.#skipsModifiers) return false
    if ((traits & MODIFIER) !== 0 || keyword === 'CONCURRENTLY') return true
    if (keyword === 'TABLE' || keyword === 'MATERIALIZED' || keyword === 'VIEW') return true
    return keyword === 'FULL' || keyword === 'FREEZE' || keyword === 'VERBOSE' || keyword === 'ANALYZE'
  }

  /** `TABLE` is reserved, but `FROM table` is what the vectors of the semantic conventions have. */
  #canBeName(): boolean {
    const { keyword, traits, previousKind } = this.#token
    if (keyword === 'TABLE') return this.#use === 'from' && previousKind !== OpenRound
    return (traits & BOUNDARY) === 0
  }

  /** Keeps what was read without the spaces and comments that may stand around a dot. */
  #join(): void {
    const { text, start, end, previousEnd } = this.#token
    if (start === previousEnd && this.#joined === '') return
    if (this.#joined === '') this.#joined = text.slice(this.#start, previousEnd)
    this.#joined += text.slice(start, end)
  }

  #complete(): false {
    const { text, kind } = this.#token
    const isQualified = this.#qualifierEnd !== -1
    const isSource = this.#use === 'from'
    if (!(isSource && !isQualified && this.#isNoTarget())) {
      const start = this.#summary.length
      if (this.#use !== 'unlisted') this.#summary.add(this.#joined || text.slice(this.#start, this.#lastEnd))
      const isFunction = isSource && (kind === OpenRound || this.#isValue)
      const isTable = this.#use !== 'label' && !isFunction
      const table = isTable ? this.#addTable(text, isQualified) : undefined
      if (this.forward.isActive && isTable && isSource && !isQualified) {
        this.forward.add(this.#firstA, this.#firstB, table, start, this.#summary.length)
      }
    }
    this.#end()
    return false
  }

  /** The common table whose name was read is in sight everywhere since there were `since` forward targets. */
  defineForward(a: number, b: number, since: number): void {
    for (const table of this.forward.withdraw(a, b, since)) {
      this.#tables.splice(this.#tables.indexOf(table), 1)
      if (isCatalogueName(table)) this.#catalogueTables--
    }
  }

  /** A common table, or the `ROWS` of `ROWS FROM (…)`. */
  #isNoTarget(): boolean {
    if (this.#firstKeyword === 'ROWS' && this.#token.keyword === 'FROM') return true
    return this.commonTables.has(this.#firstA, this.#firstB)
  }

  #end(): void {
    this.#state = 'idle'
    this.#joined = ''
    this.isActive = false
  }

  /** Adds the table whose name was read, and gives its name unless it was known. */
  #addTable(text: string, isQualified: boolean): string | undefined {
    const table = identifierText(text, this.#lastStart, this.#lastEnd)
    if (this.#tables.length === MAX_TABLES || this.#tables.includes(table)) return undefined
    this.#tables.push(table)
    const schema = isQualified ? identifierText(text, this.#qualifierStart, this.#qualifierEnd) : ''
    const isCatalogue =
      schema === 'pg_catalog' || schema === 'information_schema' || (schema === '' && isCatalogueName(table))
    if (isCatalogue) this.#catalogueTables++
    return table
  }
}

function isCatalogueName(table: string): boolean {
  return table.startsWith('pg_')
}
