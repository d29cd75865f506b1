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
 * To be called in the turn of the settlement, for queries that are slow or part of a finding, and whose own promise
 * leads nowhere. Until the turn ends, each promise costs some 20 µs. Two queries that are looked for in one
 * turn cannot be told apart: an answer that was not found yet is given up.
 *
 * @param found called once, in this turn if it is found, else after it.
 * @see https://nodejs.org/docs/latest-v20.x/api/async_hooks.html#promiseresolveasyncid
 */
export function watchResolutions(
  fingerprint: string,
  unitOfWork: UnitOfWork | undefined,
  found: (site: CallSite | undefined) => void,
): void {
  if ((failedAttempts.get(fingerprint) ?? 0) >= maximumAttempts) found(undefined)
  else if (watch !== undefined) watch.giveUp(found)
  else watch = new ResolutionWatch(fingerprint, unitOfWork, found)
}

/** That of this turn of the event loop. */
let watch: ResolutionWatch | undefined

class ResolutionWatch {
  readonly #fingerprint: string
  readonly #unitOfWork: UnitOfWork | undefined
  #found: ((site: CallSite | undefined) => void) | undefined
  /** Promises of this turn, by their ids. */
  readonly #made: Set<number> = new Set()
  readonly #hook: AsyncHook
  #reads = 0

  constructor(
    fingerprint: string,
    unitOfWork: UnitOfWork | undefined,
    found: (site: CallSite | undefined) => void,
  ) {
    this.#fingerprint = fingerprint
    this.#unitOfWork = unitOfWork
    this.#found = found
    const promiseResolve = (id: number): void => {
      if (!this.#made.has(id)) guarded(() => this.#read(promiseResolve))
    }
    const init = (id: number): void => {
      if (this.#made.size < maximumPromises) this.#made.add(id)
      else this.#end(undefined)
    }
    this.#hook = createHook({ init, promiseResolve }).enable()
    // After all that the answer leads to by promises, and before anything else.
    queueMicrotask(() => process.nextTick(() => this.#endTurn()))
  }

  #endTurn(): void {
    if (this.#found !== undefined) countFailure(this.#fingerprint)
    this.#end(undefined)
    watch = undefined
  }

  /** Another one is looked for in the same turn. */
  giveUp(another: (site: undefined) => void): void {
    this.#end(undefined)
    another(undefined)
  }

  #read(entered: (id: number) => void): void {
    if (this.#found === undefined || currentUnitOfWork() !== this.#unitOfWork) return
    if (this.#reads++ >= maximumReads) return
    const site = readWaitingSite(entered)
    if (site === undefined) return
    failedAttempts.delete(this.#fingerprint)
    this.#end(site)
  }

  #end(site: CallSite | undefined): void {
    this.#hook.disable()
    const found = this.#found
    this.#found = undefined
    if (found !== undefined) guarded(() => found(site))
  }
}

function countFailure(fingerprint: string): void {
  if (failedAttempts.size >= maximumStatements && !failedAttempts.has(fingerprint)) failedAttempts.clear()
  failedAttempts.set(fingerprint, (failedAttempts.get(fingerprint) ?? 0) + 1)
}
