import { type AsyncHook, createHook } from 'node:async_hooks'
import { type CallSite, currentUnitOfWork, type UnitOfWork } from '@pgspan/lifecycle'
import { readWaitingSite } from './call-site-reader.js'
import { guarded } from './guarded.js'

/** So many stacks are read for one query: two milliseconds in all. */
const maximumReads = 100
/** A turn that makes more promises is not followed to its end. */
const maximumPromises = 10_000
/** A statement that leads nowhere so often is not asked about again. */
const maximumAttempts = 5
const maximumStatements = 500

const failedAttempts: Map<string, number> = new Map()

/**
 * Looks for the caller of a query among those whom its answer reaches through a queue of a library's own, such as
 * Prisma's or a data loader's: there a promise is resolved by hand, at which the async stack of the driver's ends. It
 * is resolved in the same turn of the event loop, in which nothing runs that the answer did not lead to. So each
 * promise that is resolved in that turn is looked at, until one has code of the application waiting for it. Promises
 * that were made in that turn are left out: whoever waits for these goes on with something else.
 *
 * To be called in the turn of the settlement, for queries that are slow, failed or part of a finding, and whose own
 * promise leads nowhere. Until the turn ends, each promise costs some 20 µs. Two queries that are looked for in one
 * turn cannot be told apart, and stay without an answer.
 *
 * @param found called once, in this turn if it is found, else after it.
 * @see https://nodejs.org/docs/latest-v20.x/api/async_hooks.html#promiseresolveasyncid
 */
export function watchResolutions(
  fingerprint: string,
  unitOfWork: UnitOfWork | undefined,
  found: (site: CallSite | undefined) => void,
): void {
  const attempts = failedAttempts.get(fingerprint) ?? 0
  if (attempts >= maximumAttempts) {
    found(undefined)
    return
  }
  if (watch === undefined) watch = new ResolutionWatch()
  watch.follow(fingerprint, unitOfWork, found)
}

let watch: ResolutionWatch | undefined

interface Sought {
  readonly fingerprint: string
  readonly unitOfWork: UnitOfWork | undefined
  readonly found: (site: CallSite | undefined) => void
}

/** One turn of the event loop. */
class ResolutionWatch {
  readonly #sought: Sought[] = []
  /** Promises of this turn, by their ids. */
  readonly #made: Set<number> = new Set()
  readonly #hook: AsyncHook
  #reads = 0

  constructor() {
    const promiseResolve = (id: number): void => {
      if (!this.#made.has(id)) guarded(() => this.#read(promiseResolve))
    }
    const init = (id: number): void => {
      if (this.#made.size < maximumPromises) this.#made.add(id)
      else this.#end(undefined)
    }
    this.#hook = createHook({ init, promiseResolve }).enable()
    setImmediate(() => this.#end(undefined))
  }

  follow(fingerprint: string, unitOfWork: UnitOfWork | undefined, found: Sought['found']): void {
    this.#sought.push({ fingerprint, unitOfWork, found })
  }

  #read(entered: (id: number) => void): void {
    const [only, another] = this.#sought
    if (only === undefined || another !== undefined || this.#reads++ >= maximumReads) return
    if (currentUnitOfWork() !== only.unitOfWork) return
    const site = readWaitingSite(entered)
    if (site !== undefined) this.#end(site)
  }

  #end(site: CallSite | undefined): void {
    this.#hook.disable()
    if (watch === this) watch = undefined
    for (const { fingerprint, found } of this.#sought.splice(0)) {
      if (site === undefined) countFailure(fingerprint)
      else failedAttempts.delete(fingerprint)
      guarded(() => found(site))
    }
  }
}

function countFailure(fingerprint: string): void {
  if (failedAttempts.size >= maximumStatements && !failedAttempts.has(fingerprint)) failedAttempts.clear()
  failedAttempts.set(fingerprint, (failedAttempts.get(fingerprint) ?? 0) + 1)
}
