import type { Attributes } from '@opentelemetry/api'

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/db/#db-query-parameter */
const parameterPrefix = 'db.query.parameter.'
/** Of `@opentelemetry/instrumentation-pg` with `enhancedDatabaseReporting`. */
const upstreamValues = 'db.postgresql.values'
const maximumParameters = 64

/** The values of `$1`, `$2` … that an instrumentation was asked to record; undefined if there are none. */
export function valuesInAttributes(attributes: Attributes): readonly unknown[] | undefined {
  const listed = attributes[upstreamValues]
  if (Array.isArray(listed)) return listed
  // The conventions count from 0; some count as PostgreSQL does.
  const start = `${parameterPrefix}0` in attributes ? 0 : 1
  if (!(`${parameterPrefix}${start}` in attributes)) return undefined
  const values: unknown[] = []
  for (let i = start; i < maximumParameters && `${parameterPrefix}${i}` in attributes; i++) {
    values.push(attributes[`${parameterPrefix}${i}`])
  }
  return values
}
