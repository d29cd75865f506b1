import { beginsClause, beginsQuery, Clause, clauseBehind } from './query-clause.js'
import { CLOSE_BRACE, OPEN_BRACE } from './start-of-data.js'
import { builtInTypes, grammarWords } from './tokens/grammar-words.js'
import type { Token } from './tokens/token.js'
import { TokenKind } from './tokens/token-kind.js'
import { TokenReader } from './tokens/token-reader.js'
import { hashWord } from './tokens/word-hash.js'

const { Word, Quoted, StringLiteral, NumberLiteral, Parameter, Operator, Dot, Other } = TokenKind
const { OpenRound, CloseRound, OpenSquare, CloseSquare, Comma, Semicolon } = TokenKind

/** In `ON CONFLICT (lower(a) text_ops)`, a name stands behind an expression. */
const conflict = hashWord('conflict')
/** Deeper brackets are not checked. */
const MAX_DEPTH = 64

/** What a token is to its neighbours. */
const Role = { None: 0, Name: 1, Text: 2, Value: 3, Closed: 4, Connective: 5, Dot: 6 } as const

/**
 * Looks for data between quotes that pair up by accident, as in `a = 'boys' secret toys' AND b = 'x'`: a sequence of
 * tokens that PostgreSQL's grammar never has. It reads the text again, without making anything of it, and is asked
 * only about texts that look unusual. `CREATE`, `ALTER`, `COPY` and the like have grammars of their own and are not
 * judged.
 */
export class QuoteChecker {
  readonly #reader = new TokenReader()
  readonly #token: Token = this.#reader.token
  readonly #clauses = new Uint8Array(MAX_DEPTH + 1)
  #depth = 0
  #braces = 0
  #isFirst = true
  #isQuery = false
  #hasText = false
  /** Roles of the last three tokens, the last one first. */
  #first: number = Role.None
  #second: number = Role.None

  /** Whether some of what stands between the quotes of the text can be no SQL. */
  isMisquoted(text: string, backslashEscapes: boolean): boolean {
    this.#reader.begin(text, backslashEscapes)
    this.#hasText = false
    this.#braces = 0
    this.#beginStatement()
    let isMisquoted = false
    while (!isMisquoted && this.#reader.next()) isMisquoted = this.#see()
    this.#reader.begin('', false)
    return isMisquoted
  }

  #see(): boolean {
    const token = this.#token
    if (token.kind === Semicolon) {
      this.#beginStatement()
      return false
    }
    if (token.kind === Other && !this.#isBalanced()) return true
    const role = roleOf(token)
    if (this.#isFirst) {
      if (role === Role.Name && this.#hasText) return true
      this.#isFirst = false
      this.#isQuery = beginsQuery(token)
    }
    const isMisplaced = this.#isQuery && this.#hasText && this.#depth <= MAX_DEPTH && this.#isMisplaced(role)
    this.#follow()
    this.#second = this.#first
    this.#first = role
    if (role === Role.Text) this.#hasText = true
    return isMisplaced
  }

  /** Every closing brace has an opening one, as in `{ d '2024-01-01' }` of other drivers. */
  #isBalanced(): boolean {
    const code = this.#token.text.charCodeAt(this.#token.start)
    if (code === OPEN_BRACE) this.#braces++
    else if (code === CLOSE_BRACE) this.#braces--
    return this.#braces >= 0
  }

  #beginStatement(): void {
    this.#isFirst = true
    this.#isQuery = false
    this.#depth = 0
    this.#clauses[0] = Clause.Unknown
    this.#first = Role.None
    this.#second = Role.None
  }

  /** Whether the current token cannot follow those before it. */
  #isMisplaced(role: number): boolean {
    const { kind } = this.#token
    if (this.#first === Role.Text) {
      if (kind === OpenRound || kind === OpenSquare || kind === Dot) return true
      return role === Role.Name && this.#clauses[this.#depth] !== Clause.Targets
    }
    if (this.#first !== Role.Name)
      return role === Role.Name && this.#first === Role.Closed && !this.#mayAlias()
    if (this.#second === Role.Text && !this.#endsAlias()) return true
    if (role === Role.Text) return this.#isNoType()
    return role === Role.Name && this.#second === Role.Connective && !this.#mayAlias()
  }

  /** The word before the current string is no type: it stands behind an operand, or runs into the quote. */
  #isNoType(): boolean {
    if (this.#second === Role.Name || this.#second === Role.Value) return true
    const { start, previousEnd, previousHashA, previousHashB, previousKind } = this.#token
    if (start !== previousEnd || this.#second === Role.Dot || previousKind === Quoted) return false
    return builtInTypes.get(previousHashA, previousHashB) === undefined
  }

  #mayAlias(): boolean {
    return this.#clauses[this.#depth] !== Clause.Expression
  }

  /** The current token may follow the alias of a column. */
  #endsAlias(): boolean {
    const { kind, keyword } = this.#token
    return kind === Comma || kind === CloseRound || beginsClause(keyword)
  }

  #follow(): void {
    const { kind } = this.#token
    if (kind === Word) this.#followWord()
    else if (kind === OpenRound || kind === OpenSquare) this.#open()
    else if ((kind === CloseRound || kind === CloseSquare) && this.#depth > 0) this.#depth--
  }

  #open(): void {
    this.#depth++
    if (this.#depth > MAX_DEPTH) return
    const { previousHashA, previousHashB } = this.#token
    const isConflict = previousHashA === conflict.a && previousHashB === conflict.b
    // A join may stand in brackets, with sources that have aliases.
    const isSource = this.#clauses[this.#depth - 1] === Clause.Sources
    const clause = isSource ? Clause.Sources : Clause.Expression
    this.#clauses[this.#depth] = isConflict ? Clause.Unknown : clause
  }

  #followWord(): void {
    if (this.#depth > MAX_DEPTH) return
    const clause = clauseBehind(this.#token)
    if (clause !== undefined) this.#clauses[this.#depth] = clause
  }
}

function roleOf(token: Token): number {
  switch (token.kind) {
    case Word:
      if (token.keyword === 'AND' || token.keyword === 'OR') return Role.Connective
      if (token.keyword !== '') return Role.None
      return grammarWords.get(token.hashA, token.hashB) === undefined ? Role.Name : Role.None
    case Quoted:
      return Role.Name
    case StringLiteral:
      return Role.Text
    case NumberLiteral:
    case Parameter:
      return Role.Value
    case CloseRound:
    case CloseSquare:
      return Role.Closed
    case Operator:
      return Role.Connective
    case Dot:
      return Role.Dot
    default:
      return Role.None
  }
}
