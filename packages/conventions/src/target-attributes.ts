import { dbNamespace, dbSystemName, postgresql, serverAddress, serverPort } from './attributes.js'

/** PostgreSQL's registered port: `server.port` is left out where the address alone says it. */
const defaultPort = 5432

/** A database, as far as attributes tell of it. */
export interface DescribedTarget {
  readonly namespace: string | undefined
  readonly address: string | undefined
  readonly port: number | undefined
}

/** What the conventions say of a database on spans, metrics and log records. */
export function targetAttributes(target: DescribedTarget): Record<string, string | number> {
  const attributes: Record<string, string | number> = { [dbSystemName]: postgresql }
  if (target.namespace !== undefined) attributes[dbNamespace] = target.namespace
  if (target.address !== undefined) attributes[serverAddress] = target.address
  if (target.port !== undefined && target.port !== defaultPort) attributes[serverPort] = target.port
  return attributes
}
