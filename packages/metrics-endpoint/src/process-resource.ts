import { hostname } from 'node:os'
import { basename } from 'node:path'
import type { Attributes } from '@opentelemetry/api'

/**
 * What this process is, where no SDK says it: `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_SERVICE_NAME`, the host and the runtime.
 *
 * @see https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable
 */
export function processResource(environment: NodeJS.ProcessEnv = process.env): Attributes {
  const named = fromText(environment.OTEL_RESOURCE_ATTRIBUTES ?? '')
  const serviceName = environment.OTEL_SERVICE_NAME
  return {
    'service.name': `unknown_service:${basename(process.argv0)}`,
    'host.name': hostname(),
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    ...named,
    ...(serviceName && { 'service.name': serviceName }),
  }
}

/** `key=value` pairs with commas between them, percent-encoded; a text with a mistake gives none, as the specification says. */
function fromText(text: string): Attributes {
  const attributes: Record<string, string> = {}
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue
    const [key = '', ...value] = pair.split('=')
    if (key.trim() === '' || value.length === 0) return {}
    try {
      attributes[decodeURIComponent(key.trim())] = decodeURIComponent(value.join('=').trim())
    } catch {
      return {}
    }
  }
  return attributes
}
