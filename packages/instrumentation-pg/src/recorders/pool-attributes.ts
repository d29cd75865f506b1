import type { Attributes } from '@opentelemetry/api'
import { attributes as names, targetAttributes } from '@pgspan/conventions'
import { otherPoolName, type PoolView } from '@pgspan/lifecycle'

const hotPath: WeakMap<PoolView, Attributes> = new WeakMap()

/** For instruments that are read at collection. What several targets share tells of none. */
export function poolAttributes(pool: PoolView): Attributes {
  if (pool.name === otherPoolName) return hotPoolAttributes(pool)
  return { [names.dbClientConnectionPoolName]: pool.name, ...targetAttributes(pool.target) }
}

/** For instruments that are recorded on the query path, where each attribute costs: the same object each time. */
export function hotPoolAttributes(pool: PoolView): Attributes {
  const known = hotPath.get(pool)
  if (known !== undefined) return known
  // Frozen, so that an aggregation may know them by their identity.
  const attributes = Object.freeze({
    [names.dbClientConnectionPoolName]: pool.name,
    [names.dbSystemName]: names.postgresql,
  })
  hotPath.set(pool, attributes)
  return attributes
}
