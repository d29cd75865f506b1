import { type Observer, processState } from '@pgspan/lifecycle'
import { patchClientQueue } from './client-queue.js'
import { LayeredMethod, type ObservedCall } from './layered-method.js'
import { observeClientConnect, patchConnection } from './patch-client-connect.js'
import { observeClientQuery } from './patch-client-query.js'
import { observePoolConnect, observePoolEnd, patchNewClient, patchPoolQuery } from './patch-pool.js'
import type { PgClient, PgClientPrototype, PgPool, PgPoolPrototype } from './pg-shapes.js'
import { patchReleaseOnce } from './pool-releases.js'
import { patchRemove } from './pool-removals.js'
import { QueryShapes } from './query-shapes.js'
import { sourceMark } from './source-mark.js'

/** What stands on a patched prototype under `Symbol.for('pgspan.source.1')`. */
interface SourceMark {
  readonly protocol: 1
  /** Attaches an observer to the process's dispatcher; returns the function that detaches it. */
  attach(observer: Observer): () => void
  /** Somebody may have wrapped the patched methods: covers them again where that would make second spans. */
  coverUpstream(): void
}

type Prototype = Record<PropertyKey, unknown>

const shapes: QueryShapes = new QueryShapes()

/** Patches a `Client` class of pg, once. */
export function patchClientClass(clientClass: unknown): void {
  patchClientPrototype(prototypeOf(clientClass, ['query', 'connect']))
}

/** Patches what clients inherit from, once; it has the methods `query` and `connect`. */
export function patchClientPrototype(prototype: object): void {
  patchOnce(prototype as Prototype, (own) => {
    // The methods were checked; the rest of the shape is optional.
    const client = own as unknown as PgClientPrototype
    patchClientQueue(client)
    patchConnection(client)
    return layer<PgClient>(own, { query: observeClientQuery(shapes), connect: observeClientConnect() })
  })
}

/** Patches the `Pool` class of pg-pool, once; pg's own pool inherits from it. */
export function patchPoolClass(poolClass: unknown): void {
  patchPoolPrototype(prototypeOf(poolClass, ['query', 'connect', 'end']))
}

/** Patches what pools inherit from, once; it has the methods `query`, `connect` and `end`. */
export function patchPoolPrototype(prototype: object): void {
  patchOnce(prototype as Prototype, (own) => {
    const pool = own as unknown as PgPoolPrototype
    patchPoolQuery(pool, shapes)
    patchNewClient(pool)
    patchRemove(pool)
    patchReleaseOnce(pool)
    return layer<PgPool>(own, { connect: observePoolConnect(), end: observePoolEnd() })
  })
}

/**
 * Lays our layers on methods of a prototype. The order is upstream's: when it wraps the second, it has just wrapped
 * the first. Returns the function that covers what it has wrapped.
 */
function layer<Receiver extends object>(
  prototype: Prototype,
  observed: Record<string, ObservedCall<Receiver>>,
): () => void {
  const methods: LayeredMethod<Receiver>[] = []
  const coverUpstream = (): void => {
    for (const method of methods) method.coverUpstream()
  }
  for (const [name, observe] of Object.entries(observed)) {
    methods.push(new LayeredMethod(prototype, name, observe, coverUpstream))
  }
  return coverUpstream
}

function patchOnce(prototype: Prototype, patch: (prototype: Prototype) => () => void): void {
  const known = Object.hasOwn(prototype, sourceMark)
    ? (prototype[sourceMark] as Partial<SourceMark>)
    : undefined
  if (known !== undefined) {
    known.coverUpstream?.()
    return
  }
  let coverUpstream = (): void => {}
  const attach = (observer: Observer): (() => void) => processState().dispatcher.attach(observer)
  const own: SourceMark = Object.freeze({ protocol: 1, attach, coverUpstream: () => coverUpstream() })
  Object.defineProperty(prototype, sourceMark, { value: own })
  coverUpstream = patch(prototype)
  // Others that were registered for the same module wrap it after us, in the same step.
  queueMicrotask(coverUpstream)
}

function prototypeOf(driverClass: unknown, methods: readonly string[]): Prototype {
  const prototype = typeof driverClass === 'function' ? (driverClass.prototype as Prototype) : undefined
  if (prototype === undefined || methods.some((method) => typeof prototype[method] !== 'function')) {
    throw new TypeError(`a class with the methods ${methods.join(', ')} was expected`)
  }
  return prototype
}
