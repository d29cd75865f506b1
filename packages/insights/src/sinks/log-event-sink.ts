import { trace } from '@opentelemetry/api'
import { events } from '@pgspan/conventions'
import { globalLoggerProvider, type LoggerLike, type LoggerProviderLike } from '@pgspan/lifecycle'
import type { Finding } from '../findings/finding.js'
import type { FindingSink, SightedFinding } from '../findings/finding-sink.js'
import { packageName, packageVersion } from '../package-version.js'
import { findingAttributes } from './finding-attributes.js'

/** @see https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const severities: { readonly [Severity in Finding['severity']]: readonly [number: number, text: string] } = {
  info: [9, 'INFO'],
  warning: [13, 'WARN'],
  critical: [17, 'ERROR'],
}
/** In production, a saving below both is not worth a log record. */
const worthwhileMillis = 20
const worthwhileCount = 20

/**
 * Emits the event `pgspan.finding` through OpenTelemetry's logs, in the trace where the finding was made.
 *
 * In production only what saves 20 ms or 20 executions; `NODE_ENV` is read at each report.
 */
export class LogEventSink implements FindingSink {
  readonly name = 'log-event-sink'
  readonly #explicit: LoggerProviderLike | undefined
  #provider: LoggerProviderLike | undefined = undefined
  #logger: LoggerLike | undefined = undefined

  /** @param provider instead of the global one. */
  constructor(provider: LoggerProviderLike | undefined) {
    this.#explicit = provider
  }

  reported({ finding, unit, callerContext }: SightedFinding): void {
    const logger = this.#currentLogger()
    if (logger === undefined || !isWorthwhile(finding)) return
    const context = unit?.rootSpan === undefined ? callerContext : trace.setSpan(callerContext, unit.rootSpan)
    const [severityNumber, severityText] = severities[finding.severity]
    const eventName = events.findingEvent
    if (logger.enabled?.({ context, severityNumber, eventName }) === false) return
    logger.emit({
      eventName,
      severityNumber,
      severityText,
      body: finding.title,
      attributes: findingAttributes(finding),
      context,
    })
  }

  /** Asked for again when the provider changes: the SDK may start after insights. */
  #currentLogger(): LoggerLike | undefined {
    const provider = this.#explicit ?? globalLoggerProvider()
    if (provider !== this.#provider) {
      this.#provider = provider
      this.#logger = provider?.getLogger(packageName, packageVersion)
    }
    return this.#logger
  }
}

function isWorthwhile({ evidence }: Finding): boolean {
  if (process.env.NODE_ENV !== 'production' || evidence.savedMillis === undefined) return true
  return evidence.savedMillis >= worthwhileMillis || evidence.count >= worthwhileCount
}
