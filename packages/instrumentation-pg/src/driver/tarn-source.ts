import { type AcquirePath, type PoolCounts, processState } from '@pgspan/lifecycle'
import { type ForeignPool, type ForeignRequest, foreignPoolOf, patchPoolOnce } from './foreign-pool.js'
import { guarded } from './guarded.js'
import { type PgClient, prototypeWith } from './pg-shapes.js'

/**
 * What is used of tarn's pool, the pool of Knex, Objection and MikroORM. Private members, seen in tarn 3.1: `_create`
 * (what connections are made in), `used` and `free` (what is there before the pool is observed).
 *
 * @see https://github.com/Vincit/tarn.js
 */
export interface TarnPool {
  readonly min: number
  readonly max: number
  readonly used?: readonly { readonly resource: object }[]
  readonly free?: readonly { readonly resource: object }[]
  acquire(...args: unknown[]): unknown
  release(...args: unknown[]): unknown
  destroy(...args: unknown[]): unknown
  numUsed(): number
  numFree(): number
  numPendingAcquires(): number
  numPendingCreates(): number
  on(event: string, listener: (...args: never[]) => void): void
  _create?(...args: unknown[]): unknown
}

const methods = ['acquire', 'release', 'destroy', 'numUsed', 'numFree', 'numPendingAcquires'] as const

/** What instances of tarn's pool inherit from; undefined if `value` is not such a pool. */
export function tarnPrototypeOf(value: object): object | undefined {
  return prototypeWith(value, methods)
}

/** Patches the prototype of tarn's `Pool`, once. */
export function patchTarnPool(prototype: object): void {
  patchPoolOnce(prototype, () => patch(prototype as TarnPool))
}

/** Makes a pool known that is in use already. */
export function announceTarnPool(pool: TarnPool): void {
  const resourcesOf = (items: TarnPool['used']): object[] => items?.map(({ resource }) => resource) ?? []
  followPool(pool).adopt(resourcesOf(pool.free), resourcesOf(pool.used))
}

function patch(prototype: TarnPool): void {
  const bareAcquire = prototype.acquire
  prototype.acquire = function acquire(this: TarnPool, ...args: unknown[]): unknown {
    if (!processState().dispatcher.isObserved) return bareAcquire.apply(this, args)
    const outer = acquiring
    acquiring = guarded(() => followPool(this).request(pathOf(this), acquire))
    try {
      return bareAcquire.apply(this, args)
    } finally {
      acquiring = outer
    }
  }
  const bareCreate = prototype._create
  if (bareCreate === undefined) return
  prototype._create = function create(this: TarnPool, ...args: unknown[]): unknown {
    if (!processState().dispatcher.isObserved) return bareCreate.apply(this, args)
    return followPool(this).create(() => bareCreate.apply(this, args))
  }
}

// The request whose `acquire` is running: the pool's own event gives it a number in that same step.
let acquiring: ForeignRequest | undefined

function followPool(pool: TarnPool): ForeignPool {
  return foreignPoolOf(pool, countsOf, (foreign) => listen(pool, foreign))
}

/** The pool's own events come before the caller goes on, and leave its promises as they are. */
function listen(pool: TarnPool, foreign: ForeignPool): void {
  const requests = new Map<number, ForeignRequest>()
  const answered = (id: number): ForeignRequest | undefined => {
    const request = requests.get(id)
    requests.delete(id)
    return request
  }
  pool.on('acquireRequest', (id: number) => {
    if (acquiring) requests.set(id, acquiring)
    acquiring = undefined
  })
  pool.on('acquireSuccess', (id: number, resource: object) => {
    const request = answered(id)
    if (request) guarded(() => foreign.acquire(request, resource))
  })
  pool.on('acquireFail', (id: number, error: unknown) => {
    const request = answered(id)
    if (request) guarded(() => foreign.fail(request, error, isTimeout(error)))
  })
  pool.on('release', (resource: object) => guarded(() => foreign.release(resource)))
  let isEnding = false
  pool.on('poolDestroyRequest', () => {
    isEnding = true
  })
  pool.on('destroyRequest', (_id: number, resource: PgClient) => {
    // The pool looks at connections when it hands them out, and nobody holds what it closes.
    guarded(() =>
      foreign.remove(resource, isEnding, resource._queryable === false ? 'validation' : undefined),
    )
  })
  pool.on('poolDestroySuccess', () => guarded(() => foreign.end()))
}

function countsOf(pool: TarnPool): PoolCounts {
  const idle = pool.numFree()
  return {
    total: pool.numUsed() + idle + pool.numPendingCreates(),
    idle,
    limit: pool.max,
    idleMinimum: pool.min,
  }
}

function pathOf(pool: TarnPool): AcquirePath {
  if (pool.numFree() > pool.numPendingAcquires()) return 'idle'
  return pool.numUsed() + pool.numFree() + pool.numPendingCreates() >= pool.max ? 'queue' : 'create'
}

/** tarn rejects with an instance of its own class, which has no code. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.constructor.name === 'TimeoutError'
}
