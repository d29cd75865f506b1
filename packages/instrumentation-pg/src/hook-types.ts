import type { Span } from '@opentelemetry/api'
import type { QueryExecution } from '@pgspan/lifecycle'

/** Where a connection leads to, as far as known. */
export interface PgHookConnection {
  database?: string
  host?: string
  port?: number
  user?: string
}

/** What `requestHook` is told of a query. */
export interface PgRequestHookInformation {
  query: {
    /** As the caller passed it, with its literals. */
    text: string
    /** Of a prepared statement. */
    name?: string
    /** The caller's own array: to be read, never kept or changed. */
    values?: unknown[]
  }
  connection: PgHookConnection
}

/** A column of a result, as the driver describes it. */
export interface PgResultField {
  name: string
  tableID: number
  columnID: number
  dataTypeID: number
  dataTypeSize: number
  dataTypeModifier: number
  format: string
}

/** The driver's result of one statement. */
export interface PgQueryResult {
  command: string
  /** Rows returned or affected; `null` if the statement has none. */
  rowCount: number | null
  oid: number
  fields: PgResultField[]
  /** Objects, or arrays with `rowMode: 'array'`. */
  rows: unknown[]
}

/** What `responseHook` is told of a result. */
export interface PgResponseHookInformation {
  /** The caller's own result: to be read, never kept or changed. */
  data: PgQueryResult
}

/** What `connectionHook` is told of a connection. */
export interface PgConnectionHookInformation {
  connection: PgHookConnection
}

export type PgInstrumentationExecutionRequestHook = (
  span: Span,
  information: PgRequestHookInformation,
  query: QueryExecution,
) => void

export type PgInstrumentationExecutionResponseHook = (
  span: Span,
  information: PgResponseHookInformation,
  query: QueryExecution,
) => void

export type PgInstrumentationConnectionHook = (span: Span, information: PgConnectionHookInformation) => void

/** Decides whether a query makes a span. */
export type TraceQueryQuestion = (query: QueryExecution) => boolean

/** Gives what to record instead of a bound value; `undefined` leaves the parameter out. */
export type QueryParameterRedaction = (value: unknown, index: number, query: QueryExecution) => unknown

/** Gives the tags of one query. */
export type SqlCommentTagsOf = (query: QueryExecution) => Readonly<Record<string, string>>
