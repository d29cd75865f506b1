import { type Attributes, type Context, createContextKey } from '@opentelemetry/api'
import type { UnitOfWork } from './unit-of-work.js'

/**
 * Where instrumentations of web frameworks leave the route while the request runs.
 *
 * @see https://github.com/open-telemetry/opentelemetry-js/blob/main/packages/opentelemetry-core/src/trace/rpc-metadata.ts
 */
const rpcMetadataKey: symbol = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA')

/**
 * Takes over what is known by now of the unit of work's name: the route of its request, or the current name of its
 * local root span. A job keeps its name.
 *
 * @returns the route, if there is one and it is known.
 */
export function refreshUnitName(unit: UnitOfWork, callerContext: Context): string | undefined {
  if (unit.kind === 'job') return undefined
  // An SDK's span has a name and attributes; the api's, and spans that do not record, have neither.
  const root = unit.rootSpan as { readonly name?: unknown; readonly attributes?: Attributes } | undefined
  const attributes = root?.attributes ?? {}
  const route = textOf(attributes['http.route']) ?? routeIn(callerContext) ?? unit.route
  if (route !== undefined) {
    const method =
      textOf(attributes['http.request.method']) ??
      textOf(attributes['http.method']) ??
      unit.name.split(' ')[0]
    unit.name = `${method} ${route}`
  } else if (unit.kind === 'trace') unit.name = textOf(root?.name) ?? unit.name
  return route
}

function routeIn(callerContext: Context): string | undefined {
  const metadata = callerContext.getValue(rpcMetadataKey)
  return typeof metadata === 'object' && metadata !== null && 'route' in metadata
    ? textOf(metadata.route)
    : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
