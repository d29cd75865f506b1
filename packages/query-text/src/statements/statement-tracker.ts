import type { MaskedNames } from '../text/masked-names.js'
import { isStructureToken } from '../tokens/keyword-readers.js'
import type { Keyword } from '../tokens/keyword-traits.js'
import type { Token } from '../tokens/token.js'
import { applyClause } from './apply-clause.js'
import { QueryFrame } from './query-frame.js'
import { StatementFacts } from './statement-facts.js'
import { StatementState } from './statement-state.js'
import { canBegin, queryStateOf, type StatementVerb, statementVerb } from './statement-verb.js'
import type { SummaryBuilder } from './summary-builder.js'
import type { TargetReader } from './target-reader.js'
import { VerbObjectReader } from './verb-object-reader.js'
import { volatileFunctions } from './volatile-functions.js'

const MAX_DEPTH = 64

/**
 * Follows the structure of a text, token by token: which statements and queries it consists of, what they name, and
 * what they ask for. It feeds the summary, the tables and the facts.
 */
export class StatementTracker {
  readonly facts: StatementFacts = new StatementFacts()
  readonly state: StatementState = new StatementState()
  readonly #token: Token
  readonly #summary: SummaryBuilder
  readonly #targets: TargetReader
  readonly #maskedNames: MaskedNames
  readonly #object: VerbObjectReader
  readonly #root = new QueryFrame(undefined)
  #frame: QueryFrame = this.#root
  #depth = 0

  constructor(token: Token, summary: SummaryBuilder, targets: TargetReader, maskedNames: MaskedNames) {
    this.#token = token
    this.#summary = summary
    this.#targets = targets
    this.#maskedNames = maskedNames
    this.#object = new VerbObjectReader(token, summary, targets)
  }

  begin(): void {
    this.facts.begin()
    this.#beginStatement()
  }

  /** Ends the statement that was read; one without any token is none. */
  endStatement(isEmpty: boolean): void {
    if (this.#targets.isActive) this.#targets.read()
    if (!isEmpty) this.facts.endStatement()
    this.#summary.endStatement()
    this.#maskedNames.endStatement()
    this.#beginStatement()
  }

  #beginStatement(): void {
    this.#frame = this.#root
    this.#depth = 0
    this.state.begin()
    this.#object.begin('idle')
    this.#targets.beginStatement()
    this.#root.begin('statement', true, 0)
  }

  /** Sees a word or a quoted identifier. */
  seeWord(): void {
    const { keyword } = this.#token
    if (this.#isTaken()) return
    if (keyword !== '') this.#seeKeyword(keyword)
    else if (this.#frame.start !== 'none') this.#seeName()
  }

  /** Sees a value, an operator or anything else that is only of interest because it ends something. */
  seeOther(): void {
    if (!this.#isTaken()) this.#endStart()
  }

  /** The token belongs to a name that is awaited; otherwise, it has ended the name. */
  #isTaken(): boolean {
    if (this.#targets.isActive && this.#targets.read()) return true
    return this.#object.isActive && this.#isTakenByObject()
  }

  #isTakenByObject(): boolean {
    this.#object.read()
    return this.#object.isActive || this.#targets.isActive
  }

  #endStart(): void {
    if (this.#frame.mayStart) this.#frame.start = 'none'
  }

  /** Sees `(`. */
  open(): void {
    if (this.#isTaken()) return
    const { previousHashA, previousHashB, previousKeyword, followsIdentifier } = this.#token
    if (followsIdentifier && volatileFunctions.get(previousHashA, previousHashB)) this.facts.isVolatile = true
    this.#depth++
    if (this.#depth > MAX_DEPTH) return
    const parent = this.#frame
    const isSource = this.#targets.isAwaiting
    const isMain = parent.isMain && (parent.mayStart || (isSource && previousKeyword !== 'LATERAL'))
    this.#frame = parent.child
    this.#frame.begin(
      parent.query === 'utility' && parent.start === 'none' ? 'none' : 'query',
      isMain,
      this.#targets.commonTables.size,
    )
    if (isSource) this.#frame.list = 'from'
    if (parent.mayStart) parent.start = 'none'
  }

  /** Sees `)`. */
  close(): void {
    if (this.#isTaken()) return
    if (this.#depth === 0) return
    this.#depth--
    if (this.#depth >= MAX_DEPTH) return
    this.#frame.close(this.#targets.commonTables)
    this.#frame = this.#frame.parent ?? this.#root
    if (this.#depth === 0 && this.state.hasOptionsFirst) this.#targets.expect('table', true)
  }

  seeComma(): void {
    if (this.#isTaken()) return
    const frame = this.#frame
    if (frame.start === 'with') frame.readCommonTable(this.#token, this.#targets)
    else {
      const use = frame === this.#root ? (frame.list ?? this.#object.listUse) : frame.list
      if (use !== undefined) this.#targets.expect(use)
      else this.#endStart()
    }
  }

  #seeName(): void {
    if (this.#frame.start === 'with') this.#frame.readCommonTable(this.#token, this.#targets)
    else this.#endStart()
  }

  #seeKeyword(keyword: Keyword): void {
    const frame = this.#frame
    if (frame.start !== 'none') {
      if (this.#beginVerb(keyword)) return
      this.#seeName()
    }
    const token = this.#token
    if (!isStructureToken(token)) return
    switch (token.keyword) {
      case 'AS':
      case 'FOR':
        if (frame.start === 'none' && this.#isFollowedByQuery(keyword)) frame.start = 'query'
        break
      case 'SELECT':
      case 'TABLE':
      case 'WITH':
        if (frame.query !== 'insert') return
        frame.start = 'query'
        this.#beginVerb(token.keyword)
        return
      case 'ON':
        if (isOnTable(this.#object.object) && frame === this.#root) this.#targets.expect('unlisted')
        return
      case 'TRANSACTION':
        if (token.previousKeyword === 'PREPARE') this.facts.addPreparedTransaction()
        return
      case 'ATOMIC':
      case 'CASE':
      case 'END':
      case 'STDIN':
        this.state.seeKeyword(token)
        return
    }
    applyClause(token, frame, this.#targets, this.facts)
  }

  /** Begins a statement or query with `keyword` if one may begin here. */
  #beginVerb(keyword: Keyword): boolean {
    const frame = this.#frame
    const verb = statementVerb(keyword)
    if (verb !== undefined && canBegin(frame.start, keyword, verb)) {
      this.#startVerb(keyword, verb)
      return true
    }
    return frame.start === 'query' && (keyword === 'ALL' || keyword === 'DISTINCT')
  }

  #startVerb(keyword: Keyword, verb: StatementVerb): void {
    const { text, start, end } = this.#token
    const frame = this.#frame
    this.facts.addVerb(verb.kind)
    this.#maskedNames.beginStatement(keyword)
    frame.list = undefined
    frame.start = 'none'
    if (keyword === 'WITH') {
      frame.beginCommonTables()
      return
    }
    frame.endCommonTables()
    this.state.startVerb(keyword)
    frame.query = queryStateOf(keyword, verb)
    if (keyword === 'EXPLAIN') frame.start = 'explain'
    if (keyword !== 'VALUES' || frame === this.#root) this.#summary.add(text.slice(start, end))
    this.#expectObject(keyword, verb)
  }

  #expectObject(keyword: Keyword, verb: StatementVerb): void {
    switch (verb.object) {
      case 'object':
      case 'setting':
        this.#object.begin(verb.object, keyword === 'DROP')
        return
      case 'routine':
        this.#targets.expect('label')
        return
      case 'table':
        if (keyword !== 'COPY' && keyword !== 'REFRESH') this.#frame.list = 'table'
        this.#targets.expect('table', true)
        return
      default:
        if (keyword === 'UPDATE') this.#targets.expect('table')
        else if (keyword === 'TABLE') this.#targets.expect('from')
    }
  }

  /** Whether the query of the statement begins behind `keyword`: `PREPARE p AS`, `CREATE TABLE t AS`. */
  #isFollowedByQuery(keyword: Keyword): boolean {
    if (this.#frame !== this.#root) return false
    const { query } = this.#root
    if (query === 'other' && this.state.queryFollows === keyword) return true
    const { object } = this.#object
    return query === 'utility' && keyword === 'AS' && (object === 'TABLE' || object === 'VIEW')
  }
}

/** Kinds of objects that `CREATE … ON table` makes for a table. */
function isOnTable(object: Keyword | ''): boolean {
  return object === 'INDEX' || object === 'TRIGGER' || object === 'POLICY'
}
