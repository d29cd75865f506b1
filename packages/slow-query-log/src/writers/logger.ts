import type { Attributes } from '@opentelemetry/api'
import { fieldsOf } from '../json-line.js'
import type { LogEntry } from '../log-entry.js'
import { FunctionWriter, type LogWriter } from '../log-writer.js'

/** A logger that takes fields and a message: pino's, bunyan's, Fastify's `app.log`. */
export interface FieldLogger {
  info(fields: Attributes, message: string): void
  warn(fields: Attributes, message: string): void
}

/**
 * Hands entries to the application's logger, which has a level, a format and a destination of its own: failed and slow
 * queries as `warn`, everything else as `info`.
 *
 * @param logger pino's, or one like it; or a function that is given each entry.
 * @throws TypeError for anything else.
 */
export function toLogger(logger: FieldLogger | ((entry: LogEntry) => void)): LogWriter {
  if (typeof logger === 'function') return new FunctionWriter('logger', logger)
  if (typeof logger?.info !== 'function' || typeof logger.warn !== 'function')
    throw new TypeError('toLogger: a logger with the methods info and warn, or a function, was expected')
  return new FunctionWriter('logger', (entry) => {
    const fields = fieldsOf(entry)
    if (entry.severity === 'WARN') logger.warn(fields, entry.body)
    else logger.info(fields, entry.body)
  })
}
