import type { MaskedNames } from '../text/masked-names.js'
import { BOUNDARY, type Keyword } from '../tokens/keyword-traits.js'
import type { Token } from '../tokens/token.js'
import { applyClause } from './apply-clause.js'
import { QueryFrame } from './query-frame.js'
import { StatementFacts } from './statement-facts.js'
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
  readonly #token: Token
  readonly #summary: SummaryBuilder
  readonly #targets: TargetReader
  readonly #maskedNames: MaskedNames
  readonly #object: VerbObjectReader
  readonly #root = new QueryFrame(undefined)
  #frame: QueryFrame = this.#root
  #depth = 0
  /** The word behind which the statement's query begins: `CREATE TABLE t AS`, `DECLARE c CURSOR FOR`. */
  #queryFollows: Keyword | '' = ''
  #copiesFromClient = false
  #isDefinition = false
  /** How many `END` a body needs that began with `BEGIN ATOMIC`. */
  #openBlocks = 0

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

  /** A semicolon here belongs to the body of a function. */
  get isInBody(): boolean {
    return this.#openBlocks > 0
  }

  /** The statement is `COPY … FROM STDIN`: what follows its semicolon is data. */
  get copiesFromClient(): boolean {
    return this.#copiesFromClient
  }

  /** The statement is a `CREATE` or `ALTER`, where `NULL` is a property and no value. */
  get isDefinition(): boolean {
    return this.#isDefinition
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
    this.#queryFollows = ''
    this.#copiesFromClient = false
    this.#isDefinition = false
    this.#openBlocks = 0
    this.#object.begin('idle')
    this.#targets.commonTables.shrink(0)
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
    if (!this.#object.isActive) return false
    this.#object.read()
    return this.#object.isActive || this.#targets.isActive
  }

  #endStart(): void {
    if (this.#frame.start === 'statement' || this.#frame.start === 'query') this.#frame.start = 'none'
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
    const isStart = parent.start === 'statement' || parent.start === 'query'
    const isMain = parent.isMain && (isStart || (isSource && previousKeyword !== 'LATERAL'))
    this.#frame = parent.child
    this.#frame.begin(parent.query === 'utility' ? 'none' : 'query', isMain, this.#targets.commonTables.size)
    if (isSource) this.#frame.list = 'from'
    if (isStart) parent.start = 'none'
  }

  /** Sees `)`. */
  close(): void {
    if (this.#isTaken()) return
    if (this.#depth === 0) return
    this.#depth--
    if (this.#depth >= MAX_DEPTH) return
    const { parent, visibleCommonTables } = this.#frame
    if (parent === undefined) return
    const { commonTables } = this.#targets
    commonTables.shrink(visibleCommonTables)
    if (parent.commonTable === 'body') {
      parent.commonTable = 'none'
      if (!parent.isRecursive) commonTables.add(parent.commonTableA, parent.commonTableB)
    }
    this.#frame = parent
  }

  seeComma(): void {
    if (this.#isTaken()) return
    const frame = this.#frame
    if (frame.start === 'with') frame.commonTable = 'name'
    else if (frame.list !== undefined) this.#targets.expect(frame.list)
    else this.#endStart()
  }

  #seeName(): void {
    const frame = this.#frame
    if (frame.start !== 'with' || frame.commonTable !== 'name') {
      this.#endStart()
      return
    }
    const { hashA, hashB } = this.#token
    frame.commonTable = 'as'
    frame.commonTableA = hashA
    frame.commonTableB = hashB
    if (frame.isRecursive) this.#targets.commonTables.add(hashA, hashB)
  }

  #seeKeyword(keyword: Keyword): void {
    const frame = this.#frame
    if (frame.start !== 'none' && this.#beginVerb(keyword)) return
    switch (keyword) {
      case 'AS':
        this.#seeAs()
        return
      case 'FOR':
        this.#seeFor()
        break
      case 'SELECT':
      case 'TABLE':
      case 'WITH':
        if (frame.query !== 'insert') return
        frame.start = 'query'
        this.#beginVerb(keyword)
        return
      case 'RECURSIVE':
        if (frame.start === 'with') frame.isRecursive = true
        return
      case 'ON':
        if (isOnTable(this.#object.object) && frame === this.#root) this.#targets.expect('unlisted')
        return
      case 'STDIN':
        if (frame.query === 'copy' && this.#token.previousKeyword === 'FROM') this.#copiesFromClient = true
        return
      case 'TRANSACTION':
        if (this.#token.previousKeyword === 'PREPARE') this.facts.addPreparedTransaction()
        return
      case 'ATOMIC':
      case 'CASE':
      case 'END':
        this.#countBlocks(keyword)
        return
      default:
        if ((this.#token.traits & BOUNDARY) === 0) this.#seeName()
    }
    applyClause(this.#token, frame, this.#targets, this.facts)
  }

  /** Begins a statement or query with `keyword` if one may begin here. */
  #beginVerb(keyword: Keyword): boolean {
    const frame = this.#frame
    const verb = statementVerb(keyword)
    if (verb !== undefined && canBegin(frame.start, keyword, verb)) {
      this.#startVerb(keyword, verb)
      return true
    }
    const isSetQuantifier = keyword === 'ALL' || keyword === 'DISTINCT'
    if (frame.start === 'statement' || (frame.start === 'query' && !isSetQuantifier)) frame.start = 'none'
    return false
  }

  #startVerb(keyword: Keyword, verb: StatementVerb): void {
    const { text, start, end } = this.#token
    const frame = this.#frame
    this.facts.addVerb(verb.kind)
    this.#maskedNames.beginStatement(keyword)
    frame.list = undefined
    frame.start = 'none'
    frame.commonTable = 'none'
    if (keyword === 'WITH') {
      this.#startCommonTables()
      return
    }
    frame.query = queryStateOf(keyword, verb)
    if (keyword === 'CREATE' || keyword === 'ALTER') this.#isDefinition = true
    if (keyword === 'EXPLAIN') frame.start = 'explain'
    if (keyword === 'PREPARE') this.#queryFollows = 'AS'
    if (keyword === 'DECLARE') this.#queryFollows = 'FOR'
    if (keyword !== 'VALUES' || frame === this.#root) this.#summary.add(text.slice(start, end))
    this.#expectObject(keyword, verb)
  }

  #startCommonTables(): void {
    this.#frame.start = 'with'
    this.#frame.commonTable = 'name'
    this.#frame.isRecursive = false
  }

  #expectObject(keyword: Keyword, verb: StatementVerb): void {
    switch (verb.object) {
      case 'object':
      case 'setting':
        this.#object.begin(verb.object)
        return
      case 'routine':
        this.#targets.expect('label')
        return
      case 'table':
        if (keyword === 'TRUNCATE' || keyword === 'LOCK') this.#frame.list = 'table'
        this.#targets.expect('table', true)
        return
      default:
        if (keyword === 'UPDATE') this.#targets.expect('table')
        else if (keyword === 'TABLE') this.#targets.expect('from')
    }
  }

  #seeFor(): void {
    if (this.#queryFollows !== 'FOR' || this.#frame !== this.#root) return
    this.#queryFollows = ''
    this.#root.start = 'query'
  }

  #seeAs(): void {
    const frame = this.#frame
    if (frame.start === 'with') {
      if (frame.commonTable === 'as') frame.commonTable = 'body'
    } else if (frame === this.#root && this.#isFollowedByQuery()) frame.start = 'query'
  }

  /** `PREPARE p AS`, `CREATE TABLE t AS`, `CREATE VIEW v AS`. */
  #isFollowedByQuery(): boolean {
    if (this.#root.query === 'other') return this.#queryFollows === 'AS'
    const { object } = this.#object
    return this.#root.query === 'utility' && (object === 'TABLE' || object === 'VIEW')
  }

  #countBlocks(keyword: 'ATOMIC' | 'CASE' | 'END'): void {
    if (keyword === 'ATOMIC') {
      if (this.#isDefinition && this.#token.previousKeyword === 'BEGIN') this.#openBlocks = 1
    } else if (this.#openBlocks > 0) this.#openBlocks += keyword === 'CASE' ? 1 : -1
  }
}

/** Kinds of objects that `CREATE … ON table` makes for a table. */
function isOnTable(object: Keyword | ''): boolean {
  return object === 'INDEX' || object === 'TRIGGER' || object === 'POLICY'
}
