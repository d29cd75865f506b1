import type { Attributes, AttributeValue } from '@opentelemetry/api'
import type { Scope } from '../provider/metric-stream.js'
import { labelName } from './metric-name.js'

/** Labels as they stand between braces; the empty text for none. */
export function labelsOf(attributes: Attributes, scope: string): string {
  const labels = new Map<string, string>()
  for (const [key, value] of Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value === undefined || value === null) continue
    const name = labelName(key)
    const before = labels.get(name)
    // Several names may become one.
    labels.set(name, before === undefined ? textOf(value) : `${before};${textOf(value)}`)
  }
  const own = [...labels].filter(([name]) => !isReserved(name)).map(([name, value]) => label(name, value))
  return (scope === '' ? own : [...own, scope]).join(',')
}

/**
 * The labels of everything that a scope has recorded.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#instrumentation-scope-1
 */
export function scopeLabelsOf({ name, version, schemaUrl }: Scope): string {
  const labels = [label('otel_scope_name', name)]
  if (version !== undefined) labels.push(label('otel_scope_version', version))
  if (schemaUrl !== undefined) labels.push(label('otel_scope_schema_url', schemaUrl))
  return labels.join(',')
}

/** One label, with what would end its value escaped. */
export function label(name: string, value: string): string {
  return `${name}="${value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"')}"`
}

/** Labels that we write ourselves: one that is there twice would have the whole scrape refused. */
function isReserved(name: string): boolean {
  return name === 'le' || name.startsWith('otel_scope_')
}

function textOf(value: AttributeValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
