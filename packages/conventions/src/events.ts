/** Log event for one finding. Our own. */
export const findingEvent = 'pgspan.finding'

/**
 * Log event for one failed operation. In development in the semantic conventions.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/database-exceptions
 */
export const operationExceptionEvent = 'db.client.operation.exception'
