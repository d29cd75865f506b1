import type { StatementKind } from '../query-shape.js'

/** What the statements of a text do, gathered while they are read. */
export class StatementFacts {
  hasOrderBy = false
  hasLimit = false
  hasOffset = false
  locks = false
  skipsLocked = false
  isVolatile = false
  #statements = 0
  /** The kind of the statement that is read, and of the one that speaks for the whole text. */
  #current: StatementKind | undefined
  #decided: StatementKind | undefined

  begin(): void {
    this.hasOrderBy = false
    this.hasLimit = false
    this.hasOffset = false
    this.locks = false
    this.skipsLocked = false
    this.isVolatile = false
    this.#statements = 0
    this.#current = undefined
    this.#decided = undefined
  }

  /** A verb begins a statement or a query within it; only a write in a `WITH` list changes what the first verb says. */
  addVerb(kind: StatementKind): void {
    if (this.#current === undefined || (this.#current === 'read' && kind === 'write')) this.#current = kind
  }

  /** `SELECT … INTO` makes a table. */
  addSelectInto(): void {
    if (this.#current === 'read') this.#current = 'ddl'
  }

  /** `PREPARE TRANSACTION` prepares no statement. */
  addPreparedTransaction(): void {
    this.#current = 'transaction'
  }

  /** Ends a statement that is not empty. The first one that does more than frame others decides. */
  endStatement(): void {
    const kind = this.#current ?? 'other'
    const isDecided = this.#decided !== undefined && !isFrame(this.#decided)
    if (!isDecided && (this.#decided === undefined || !isFrame(kind))) this.#decided = kind
    this.#current = undefined
    this.#statements++
  }

  get kind(): StatementKind {
    return this.#decided ?? 'other'
  }

  get isMultiStatement(): boolean {
    return this.#statements > 1
  }
}

function isFrame(kind: StatementKind): boolean {
  return kind === 'transaction' || kind === 'session'
}
