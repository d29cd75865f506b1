import { type AcquirePath, type PoolCounts, processState } from '@pgspan/lifecycle'
import { type ForeignPool, foreignPoolOf, patchPoolOnce } from './foreign-pool.js'
import { guarded } from './guarded.js'
import { prototypeWith } from './pg-shapes.js'

/**
 * What is used of sequelize-pool's pool, the pool of Sequelize. Private members, seen in sequelize-pool 7.1:
 * `_createResource` (what connections are made in), `_draining` (why they are closed), `_inUseObjects` and `_availableObjects` (what is there before the
 * pool is observed).
 *
 * @see https://github.com/sequelize/sequelize-pool
 */
export interface SequelizePool {
  readonly size: number
  readonly available: number
  readonly waiting: number
  readonly maxSize: number
  readonly minSize: number
  readonly _draining?: boolean
  readonly _inUseObjects?: readonly { readonly resource: object }[]
  readonly _availableObjects?: readonly { readonly resource: object }[]
  acquire(...args: unknown[]): unknown
  release(resource: object): unknown
  destroy(resource: object): unknown
  destroyAllNow(...args: unknown[]): unknown
  _createResource?(...args: unknown[]): unknown
}

/** What instances of sequelize-pool's pool inherit from; undefined if `value` is not such a pool. */
export function sequelizePoolPrototypeOf(value: object): object | undefined {
  return prototypeWith(value, ['acquire', 'release', 'destroy', 'drain', 'destroyAllNow'])
}

/** Patches the prototype of sequelize-pool's `Pool`, once. */
export function patchSequelizePool(prototype: object): void {
  patchPoolOnce(prototype, () => {
    const pool = prototype as SequelizePool
    patchAcquire(pool)
    patchRelease(pool)
    patchCreate(pool)
  })
}

/** Makes a pool known that is in use already. */
export function announceSequelizePool(pool: SequelizePool): void {
  const resourcesOf = (items: SequelizePool['_inUseObjects']): object[] =>
    items?.map(({ resource }) => resource) ?? []
  followPool(pool).adopt(resourcesOf(pool._availableObjects), resourcesOf(pool._inUseObjects))
}

function patchAcquire(prototype: SequelizePool): void {
  const bareAcquire = prototype.acquire
  prototype.acquire = function acquire(this: SequelizePool, ...args: unknown[]): unknown {
    if (!processState().dispatcher.isObserved) return bareAcquire.apply(this, args)
    const foreign = followPool(this)
    const request = foreign.request(pathOf(this), acquire)
    // The pool has no events; what it returns is a promise of its own.
    return (bareAcquire.apply(this, args) as Promise<object>).then(
      (resource) => {
        guarded(() => foreign.acquire(request, resource))
        return resource
      },
      (error) => {
        guarded(() => foreign.fail(request, error, isTimeout(error)))
        throw error
      },
    )
  }
}

function patchRelease(prototype: SequelizePool): void {
  const { release: bareRelease, destroy: bareDestroy, destroyAllNow: bareDestroyAll } = prototype
  prototype.release = function release(this: SequelizePool, resource: object): unknown {
    guarded(() => followPool(this).release(resource))
    releasing = resource
    try {
      return bareRelease.call(this, resource)
    } finally {
      releasing = undefined
    }
  }
  prototype.destroy = function destroy(this: SequelizePool, resource: object): unknown {
    guarded(() => {
      const foreign = followPool(this)
      foreign.remove(resource, this._draining === true, resource === releasing ? 'max_uses' : undefined)
      foreign.release(resource, true)
    })
    return bareDestroy.call(this, resource)
  }
  prototype.destroyAllNow = async function destroyAllNow(this: SequelizePool, ...args: unknown[]) {
    try {
      return await bareDestroyAll.apply(this, args)
    } finally {
      guarded(() => followPool(this).end())
    }
  }
}

// What is closed while it comes back has been used often enough.
let releasing: object | undefined

function patchCreate(prototype: SequelizePool): void {
  const bareCreate = prototype._createResource
  if (bareCreate === undefined) return
  prototype._createResource = function createResource(this: SequelizePool, ...args: unknown[]): unknown {
    if (!processState().dispatcher.isObserved) return bareCreate.apply(this, args)
    return followPool(this).create(() => bareCreate.apply(this, args))
  }
}

function followPool(pool: SequelizePool): ForeignPool {
  return foreignPoolOf(pool, countsOf)
}

function countsOf(pool: SequelizePool): PoolCounts {
  return { total: pool.size, idle: pool.available, limit: pool.maxSize, idleMinimum: pool.minSize }
}

function pathOf(pool: SequelizePool): AcquirePath {
  if (pool.available > pool.waiting) return 'idle'
  return pool.size >= pool.maxSize ? 'queue' : 'create'
}

/** The pool rejects with an instance of its own class, which has no code. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.constructor.name === 'TimeoutError'
}
