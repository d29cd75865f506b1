/** What a statement does, as far as detectors and recorders need to tell statements apart. */
export type StatementKind =
  | 'read'
  | 'write'
  | 'ddl'
  | 'transaction'
  | 'session'
  | 'cursor'
  | 'lock'
  | 'copy'
  | 'catalogue'
  | 'other'

/**
 * How one value takes part in a statement.
 *
 * `eq`, `in` and `any` select rows by identity; `range` and `like` by comparison; `limit` and `offset` page
 * through rows; `set` and `value` are written; `argument` is passed to a function.
 */
export type SlotRole =
  | 'eq'
  | 'in'
  | 'any'
  | 'range'
  | 'like'
  | 'limit'
  | 'offset'
  | 'set'
  | 'value'
  | 'argument'
  | 'other'

/** One place in a statement that takes a value: a `$n` parameter or a literal. */
export interface ParameterSlot {
  readonly role: SlotRole
  /** The column that the value is compared with or written to, unqualified and folded as PostgreSQL folds it. */
  readonly column: string | undefined
  /** The table or alias that qualified the column, folded likewise. */
  readonly qualifier: string | undefined
  /** The number of a `$n` parameter, from 1; 0 for a literal. */
  readonly parameter: number
  /** The literal's value, unquoted, at most 128 characters; undefined for a parameter. It stays in this process. */
  readonly literal: string | undefined
}

/**
 * All facts that are derived from one query text: frozen, shared by every execution of that text.
 *
 * Assignable to and from the `QueryShape` of `@pgspan/lifecycle`, which observers read.
 */
export interface QueryShape {
  /** The text with every literal replaced by `?`, without comments. Fit to leave the process. */
  readonly sanitizedText: string
  /** `SELECT users orders`: low cardinality, at most 255 characters; empty if nothing is known. */
  readonly summary: string
  /** `1-` and 16 hexadecimal digits: the same for texts that differ in literals, layout, comments or list lengths. */
  readonly fingerprint: string
  readonly kind: StatementKind
  /** The tables that the statement names, unquoted and folded, without schema and CTEs; at most 64. */
  readonly tables: readonly string[]
  /** Values in the order of the text; at most 64, the rest is left out. Found when they are first asked for. */
  readonly slots: readonly ParameterSlot[]
  /** The outermost query has an `ORDER BY`. */
  readonly hasOrderBy: boolean
  /** The outermost query has a `LIMIT` or `FETCH FIRST`. */
  readonly hasLimit: boolean
  /** The outermost query has an `OFFSET`. */
  readonly hasOffset: boolean
  /** `FOR UPDATE`, `FOR SHARE` and the like. */
  readonly locks: boolean
  /** `SKIP LOCKED`: which rows come back depends on who else is at work. */
  readonly skipsLocked: boolean
  /** Calls a function with an effect or a changing result: `nextval`, `pg_sleep`, advisory locks, `random`. */
  readonly isVolatile: boolean
  /** More than one statement in the text. */
  readonly isMultiStatement: boolean
  /** What a leading or trailing comment `pgspan:ignore kind, kind` asks not to be reported; `*` for everything. */
  readonly ignoredFindings: readonly string[]
}

/** A {@link QueryShape} and what is known about the text itself. */
export interface AnalyzedQueryText extends QueryShape {
  /** Only the first 65,536 characters were read, or the sanitised text was cut. */
  readonly isTruncated: boolean
  /** The quoting is broken, so that everything from the first quoted literal on was replaced by one `?`. */
  readonly isFailClosed: boolean
  readonly hasComment: boolean
  /** Text appended to the query text would become part of its last comment, unless a line break comes first. */
  readonly endsInLineComment: boolean
  /** A string, number or masked name stands in the text: two such texts can share one fingerprint. */
  readonly hasLiterals: boolean
  /** A `$n` stands in the text. */
  readonly hasParameters: boolean
  /** How many literals and parameters the text has, whatever the number of slots. */
  readonly valueCount: number
}
