import { QueryShapeCache } from '@pgspan/query-text'
import { patchClientConnect } from './patch-client-connect.js'
import { patchClientQuery } from './patch-client-query.js'
import { patchPool } from './patch-pool.js'
import type { PgClientPrototype, PgPoolPrototype } from './pg-shapes.js'

// Versioned, and the same for every copy of this package: whoever finds it leaves the prototype as it is, since
// the layer that is there reports to the observers of the whole process.
const mark: unique symbol = Symbol.for('pgspan.source.1')

const shapes: QueryShapeCache = new QueryShapeCache()

/** Patches a `Client` class of pg, once. */
export function patchClientClass(clientClass: unknown): void {
  patchOnce(clientClass, ['query', 'connect'], (prototype: PgClientPrototype) => {
    patchClientQuery(prototype, shapes)
    patchClientConnect(prototype)
  })
}

/** Patches the `Pool` class of pg-pool, once; pg's own pool inherits from it. */
export function patchPoolClass(poolClass: unknown): void {
  patchOnce(poolClass, ['query', 'connect', 'end'], (prototype: PgPoolPrototype) =>
    patchPool(prototype, shapes),
  )
}

function patchOnce<Prototype>(
  driverClass: unknown,
  methods: readonly string[],
  patch: (prototype: Prototype) => void,
): void {
  const prototype =
    typeof driverClass === 'function' ? (driverClass.prototype as Record<PropertyKey, unknown>) : undefined
  if (prototype === undefined || methods.some((method) => typeof prototype[method] !== 'function')) {
    throw new TypeError(`a class with the methods ${methods.join(', ')} was expected`)
  }
  if (Object.hasOwn(prototype, mark)) return
  Object.defineProperty(prototype, mark, { value: Object.freeze({ protocol: 1 }) })
  // The methods were checked; the rest of the shape is optional.
  patch(prototype as Prototype)
}
