import type { Attributes, Context } from '@opentelemetry/api'

/** One entry of the log, as OpenTelemetry's data model of logs has it. Nothing in it is a literal or a parameter. */
export interface LogEntry {
  /** Milliseconds since 1970: when it was over. */
  readonly time: number
  readonly severity: LogSeverity
  /** `pgspan.query`, `pgspan.connection.…` or `pgspan.log.lost`. */
  readonly eventName: string
  /** One line for a person. */
  readonly body: string
  /** By the names of the conventions; durations are seconds. */
  readonly attributes: Attributes
  /** The caller's, with the span of the query if it has one. */
  readonly context: Context
}

export type LogSeverity = 'INFO' | 'WARN'

/** @see https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
export const severityNumbers: Readonly<Record<LogSeverity, number>> = { INFO: 9, WARN: 13 }
