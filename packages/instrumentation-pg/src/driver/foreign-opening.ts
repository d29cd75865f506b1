import { context, createContextKey } from '@opentelemetry/api'
import type { PoolView } from '@pgspan/lifecycle'
import type { PgClient } from './pg-shapes.js'

/** The making of one connection by a pool that is not pg-pool. */
export interface ForeignOpening {
  /** The pool's client begins to connect. Undefined if that client is not the pool's. */
  opens(client: PgClient): PoolView | undefined
}

const openingKey = createContextKey('pgspan foreign opening')
let current: ForeignOpening | undefined

/**
 * Lets clients know the pool that makes them. A library may make its client later than in `step` itself: then it is
 * known by the context, if a context manager is registered.
 */
export function whileForeignOpening<Result>(opening: ForeignOpening, step: () => Result): Result {
  const outer = current
  current = opening
  try {
    return context.with(context.active().setValue(openingKey, opening), step)
  } finally {
    current = outer
  }
}

/** The pool that the running code makes a connection for. */
export function foreignOpening(): ForeignOpening | undefined {
  // The key is this module's own: what stands under it was put there above.
  return current ?? (context.active().getValue(openingKey) as ForeignOpening | undefined)
}
