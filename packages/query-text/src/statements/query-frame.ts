import type { TargetUse } from './target-reader.js'

/** What the words between two brackets belong to. */
export type QueryState =
  | 'none'
  | 'select'
  | 'insert'
  | 'update'
  | 'delete'
  | 'merge'
  | 'copy'
  | 'utility'
  | 'other'

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
  /** The target of `DELETE` or `COPY` was read. */
  hasTarget = false
  hasUsing = false
  /** The part of a `WITH` list that is due. */
  commonTable: 'none' | 'name' | 'as' | 'body' = 'none'
  isRecursive = false
  commonTableA = 0
  commonTableB = 0
  /** How many common tables could be seen when these brackets opened. */
  visibleCommonTables = 0

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
    this.commonTable = 'none'
    this.isRecursive = false
    this.visibleCommonTables = visibleCommonTables
  }
}
