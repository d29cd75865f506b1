import type { Token } from '../tokens/token.js'
import { TokenKind } from '../tokens/token-kind.js'
import type { NameScope } from './name-scope.js'
import type { TargetReader, TargetUse } from './target-reader.js'

const { Comma } = TokenKind

/** What the words between two brackets belong to. */
export type QueryState = 'none' | 'select' | 'insert' | 'update' | 'delete' | 'merge' | 'utility' | 'other'

/**
 * Where a statement or query may begin: at the next word (`statement`: any, `query`: only a query), or anywhere, behind
 * the list of a `WITH` or the options of an `EXPLAIN`.
 */
export type StartState = 'none' | 'statement' | 'query' | 'with' | 'explain'

/** What is known about the innermost brackets while they are read. One object per depth is made once and reused. */
export class QueryFrame {
  readonly parent: QueryFrame | undefined
  #child: QueryFrame | undefined
  start: StartState = 'none'
  query: QueryState = 'none'
  /** A comma introduces another target, used like this. */
  list: TargetUse | undefined = undefined
  /** These brackets hold the outermost query, or the rows that it selects from. */
  isMain = false
  /** The `FROM` of a `DELETE` was read, and the `USING` of a `DELETE` or `MERGE`. */
  hasTarget = false
  hasUsing = false
  /** The part of a `WITH` list that is due, and the table whose name was read. */
  #commonTable: 'none' | 'name' | 'as' | 'body' = 'none'
  #commonTableA = 0
  #commonTableB = 0
  #isRecursive = false
  /** How many names there were that may refer forward when the recursive list began. */
  #forwardStart = 0
  /** How many common tables could be seen when these brackets opened. */
  #visibleCommonTables = 0

  constructor(parent: QueryFrame | undefined) {
    this.parent = parent
  }

  /** The frame one deeper. */
  get child(): QueryFrame {
    this.#child ??= new QueryFrame(this)
    return this.#child
  }

  begin(start: StartState, isMain: boolean, visibleCommonTables: number): void {
    this.start = start
    this.query = 'none'
    this.list = undefined
    this.isMain = isMain
    this.hasTarget = false
    this.hasUsing = false
    this.#commonTable = 'none'
    this.#visibleCommonTables = visibleCommonTables
  }

  /** The next word can be the first of a statement or query. */
  get mayStart(): boolean {
    return this.start === 'statement' || this.start === 'query'
  }

  /** A `WITH` was read. */
  beginCommonTables(): void {
    this.start = 'with'
    this.#commonTable = 'name'
    this.#isRecursive = false
  }

  /** The query behind a `WITH` list begins. */
  endCommonTables(): void {
    this.#commonTable = 'none'
  }

  /** Reads a word or a comma of a `WITH` list. Recursive tables can be seen in the whole list, others behind them. */
  readCommonTable(token: Token, targets: TargetReader): void {
    if (token.kind === Comma) this.#commonTable = 'name'
    else if (token.keyword === 'RECURSIVE' && token.previousKeyword === 'WITH') {
      this.#isRecursive = true
      this.#forwardStart = targets.forward.size
      targets.forward.isActive = true
    } else if (this.#commonTable === 'name') this.#readCommonTableName(token, targets)
    else if (this.#commonTable === 'as' && token.keyword === 'AS') this.#commonTable = 'body'
  }

  #readCommonTableName({ hashA, hashB }: Token, targets: TargetReader): void {
    this.#commonTable = 'as'
    this.#commonTableA = hashA
    this.#commonTableB = hashB
    if (!this.#isRecursive) return
    targets.commonTables.add(hashA, hashB)
    targets.defineForward(hashA, hashB, this.#forwardStart)
  }

  /** These brackets close: what was defined in them is out of sight, and they may have been a common table's body. */
  close(scope: NameScope): void {
    scope.shrink(this.#visibleCommonTables)
    const { parent } = this
    if (parent === undefined || parent.#commonTable !== 'body') return
    parent.#commonTable = 'none'
    scope.add(parent.#commonTableA, parent.#commonTableB)
  }
}
