import { globalLoggerProvider, type LoggerLike, type LoggerProviderLike } from '@pgspan/lifecycle'
import type { LogEntry } from '../log-entry.js'
import { severityNumbers } from '../log-entry.js'
import { FunctionWriter, type LogWriter } from '../log-writer.js'
import { packageName, packageVersion } from '../package-version.js'

/**
 * Emits entries as OpenTelemetry log records, each in the trace of its query.
 *
 * @param provider instead of the global one, which may come later; without any, entries go nowhere.
 */
export function toOpenTelemetry(provider?: LoggerProviderLike): LogWriter {
  let known: LoggerProviderLike | undefined
  let logger: LoggerLike | undefined
  return new FunctionWriter('OpenTelemetry', (entry) => {
    const current = provider ?? globalLoggerProvider()
    if (current !== known) {
      known = current
      logger = current?.getLogger(packageName, packageVersion)
    }
    if (logger !== undefined) emit(logger, entry)
  })
}

function emit(logger: LoggerLike, { time, severity, eventName, body, attributes, context }: LogEntry): void {
  const severityNumber = severityNumbers[severity]
  if (logger.enabled?.({ context, severityNumber, eventName }) === false) return
  logger.emit({
    eventName,
    severityNumber,
    severityText: severity,
    body,
    timestamp: time,
    attributes,
    context,
  })
}
