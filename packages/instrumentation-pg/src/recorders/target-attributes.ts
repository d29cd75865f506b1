import type { Attributes } from '@opentelemetry/api'
import { attributes as names } from '@pgspan/conventions'
import type { DatabaseTarget } from '@pgspan/lifecycle'

/** PostgreSQL's registered port: `server.port` is left out where the address alone says it. */
const defaultPort = 5432

/** What the conventions say of a database on spans and metrics. */
export function targetAttributes(target: DatabaseTarget): Attributes {
  const attributes: Attributes = { [names.dbSystemName]: names.postgresql }
  if (target.namespace !== undefined) attributes[names.dbNamespace] = target.namespace
  if (target.address !== undefined) attributes[names.serverAddress] = target.address
  if (target.port !== undefined && target.port !== defaultPort) attributes[names.serverPort] = target.port
  return attributes
}
