/** Log event for one finding. Our own. */
export const findingEvent = 'pgspan.finding'

/**
 * Log event for one failed operation. In development in the semantic conventions.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/database-exceptions
 */
export const operationExceptionEvent = 'db.client.operation.exception'

/** Log event for one query that the query log tells of: it failed, it was slow, or it was among those that are sampled. Our own. */
export const queryEvent = 'pgspan.query'

/** Log events for what a pool does with its connections. Our own. */
export const connectionAcquiredEvent = 'pgspan.connection.acquired'
export const connectionAcquireFailedEvent = 'pgspan.connection.acquire_failed'
export const connectionReleasedEvent = 'pgspan.connection.released'
export const connectionOpenedEvent = 'pgspan.connection.opened'
export const connectionOpenFailedEvent = 'pgspan.connection.open_failed'
export const connectionClosedEvent = 'pgspan.connection.closed'

/** Log event for entries of the query log that could not be kept. Our own. */
export const entriesLostEvent = 'pgspan.log.lost'
