import { type Attributes, type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import {
  conditionNameOf,
  errorTypeOf,
  events,
  attributes as names,
  sqlStateOf,
  targetAttributes,
} from '@pgspan/conventions'
import type { Checkout, Connection, ConnectionOpening, ConnectionRemoval, PoolView } from '@pgspan/lifecycle'
import type { LogEntry } from './log-entry.js'

/** A request for a connection was answered: `acquired`, or `acquire_failed`. */
export function acquiredEntry(checkout: Checkout): LogEntry {
  const { pool, path, waitMillis, error, failedAt, connection, callerContext } = checkout
  const attributes: Attributes = {
    ...poolAttributes(pool),
    ...connectionAttributes(connection),
    [names.pgspanPoolPath]: path,
    [names.pgspanPoolWait]: seconds(waitMillis),
  }
  const waited = `after ${waitMillis.toFixed(1)} ms`
  if (failedAt === 0)
    return entry(
      events.connectionAcquiredEvent,
      `${pool.name}: connection acquired ${waited}`,
      attributes,
      callerContext,
    )
  return failure(
    events.connectionAcquireFailedEvent,
    `${pool.name}: no connection ${waited}`,
    attributes,
    callerContext,
    error,
  )
}

export function releasedEntry({
  pool,
  connection,
  acquiredAt,
  releasedAt,
  callerContext,
}: Checkout): LogEntry {
  const millis = releasedAt - acquiredAt
  return entry(
    events.connectionReleasedEvent,
    `${pool.name}: connection released after ${millis.toFixed(1)} ms`,
    {
      ...poolAttributes(pool),
      ...connectionAttributes(connection),
      [names.pgspanConnectionUseTime]: seconds(millis),
    },
    callerContext,
  )
}

/** A connection was opened, or could not be. */
export function openedEntry({
  connection,
  pool,
  startedAt,
  settledAt,
  error,
  callerContext,
}: ConnectionOpening): LogEntry {
  const millis = settledAt - startedAt
  const name = pool?.name ?? connection.target.namespace ?? names.postgresql
  const attributes: Attributes = {
    ...targetAttributes(connection.target),
    ...(pool !== undefined && { [names.dbClientConnectionPoolName]: pool.name }),
    ...connectionAttributes(connection),
    [names.pgspanConnectionCreateTime]: seconds(millis),
  }
  const took = `after ${millis.toFixed(1)} ms`
  if (error === undefined)
    return entry(
      events.connectionOpenedEvent,
      `${name}: connection opened ${took}`,
      attributes,
      callerContext,
    )
  return failure(
    events.connectionOpenFailedEvent,
    `${name}: connection not opened ${took}`,
    attributes,
    callerContext,
    error,
  )
}

/** A pool has given a connection up. */
export function closedEntry({ pool, connection, reason }: ConnectionRemoval): LogEntry {
  return entry(
    events.connectionClosedEvent,
    `${pool.name}: connection closed: ${reason}`,
    {
      ...poolAttributes(pool),
      ...connectionAttributes(connection),
      [names.pgspanConnectionCloseReason]: reason,
    },
    ROOT_CONTEXT,
  )
}

/** Entries were not written; `reason` says why in a few words. */
export function lostEntry(lost: number, reason: string): LogEntry {
  const body = `${lost} entries of the query log were lost: ${reason}`
  return {
    ...entry(events.entriesLostEvent, body, { [names.pgspanLogLost]: lost }, ROOT_CONTEXT),
    severity: 'WARN',
  }
}

function entry(eventName: string, body: string, attributes: Attributes, context: Context): LogEntry {
  return { time: Date.now(), severity: 'INFO', eventName, body, attributes, context }
}

function failure(
  eventName: string,
  body: string,
  attributes: Attributes,
  context: Context,
  error: unknown,
): LogEntry {
  const sqlState = sqlStateOf(error)
  const type = errorTypeOf(error)
  return {
    time: Date.now(),
    severity: 'WARN',
    eventName,
    body: `${body}: ${(sqlState && conditionNameOf(sqlState)) ?? type}`,
    attributes: {
      ...attributes,
      [names.errorType]: type,
      ...(sqlState !== undefined && { [names.dbResponseStatusCode]: sqlState }),
    },
    context,
  }
}

function poolAttributes(pool: PoolView): Attributes {
  return { ...targetAttributes(pool.target), [names.dbClientConnectionPoolName]: pool.name }
}

function connectionAttributes(connection: Connection | undefined): Attributes {
  if (connection === undefined) return {}
  const { id, backendProcessId } = connection
  return {
    [names.pgspanConnectionId]: id,
    ...(backendProcessId !== undefined && { [names.pgspanBackendPid]: backendProcessId }),
  }
}

function seconds(millis: number): number {
  return Math.round(millis * 1_000) / 1_000_000
}
