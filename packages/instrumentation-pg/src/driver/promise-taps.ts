/**
 * Stand-ins for the driver's Promise while the driver makes one promise.
 *
 * The driver makes `new Promise(executor).catch(handler)` and returns what `catch` gives. A stand-in makes the same
 * native promise and hands back the same chain, with as many steps and the driver's own handler, so that the
 * caller's order of events, its errors and their stacks are those of the bare driver. What is added runs inside a
 * step that exists anyway.
 */
import type { OwnFunction } from './stack-frames.js'

type Resolve = (value: unknown) => void
type Reject = (error: unknown) => void
type Executor = (resolve: Resolve, reject: Reject) => void

/** Takes part in a promise that leads to the caller of a query. */
export interface CallSiteAnswerer {
  /** @param reaction the function that runs as the reaction. */
  answerCallSite(reaction: OwnFunction): void
}

/**
 * Makes `holder[key]` give a promise that lets `answerer` run inside the reaction that leads to the caller, until
 * {@link endCallSiteTap}. Returns false, and nothing is tapped, if the Promise is not the native one.
 */
export function beginCallSiteTap<Key extends string>(
  holder: { [K in Key]?: PromiseConstructorLike },
  key: Key,
  answerer: CallSiteAnswerer,
): boolean {
  if (holder[key] !== Promise) return false
  tapped = answerer
  // The driver's field is typed for any Promise; the stand-in is only ever called with `new`.
  holder[key] = CallSitePromise as unknown as PromiseConstructor
  return true
}

export function endCallSiteTap<Key extends string>(
  holder: { [K in Key]?: PromiseConstructorLike },
  key: Key,
): void {
  tapped = undefined
  holder[key] = Promise
}

let tapped: CallSiteAnswerer | undefined

function CallSitePromise(executor: Executor): Promise<unknown> {
  const answerer = tapped
  tapped = undefined
  const promise = new Promise(executor)
  if (answerer === undefined) return promise
  // An own property, assigned: this promise is the driver's alone, and `defineProperty` costs ten times as much.
  promise.catch = ((onRejected: (error: unknown) => unknown) =>
    promise.then(function reaction(value) {
      answerer.answerCallSite(reaction)
      return value
    }, onRejected)) as typeof promise.catch
  return promise
}
CallSitePromise.reject = (error: unknown): Promise<never> => Promise.reject(error)

type OnSettled = (error: unknown, value: unknown) => void

/**
 * Makes the promise that `call` makes of `holder[key]` first report to `onSettled` at the moment it is resolved or
 * rejected, before the caller goes on. Works for any Promise implementation.
 */
export function withSettlementTap<Key extends string, Result>(
  holder: { [K in Key]?: PromiseConstructorLike },
  key: Key,
  onSettled: OnSettled,
  call: () => Result,
): Result {
  const original = holder[key]
  if (original === undefined) return call()
  const outer = settling
  settling = onSettled
  // The driver's field is typed for any Promise; the stand-in is only ever called with `new`.
  const standIn = original === Promise ? SettlementPromise : standInFor(original as PromiseConstructor)
  holder[key] = standIn as unknown as PromiseConstructor
  try {
    return call()
  } finally {
    holder[key] = original
    settling = outer
  }
}

let settling: OnSettled | undefined

/** For the native Promise; to make a function for each call would cost more than all the rest. */
const SettlementPromise: unknown = standInFor(Promise)

function standInFor(Native: PromiseConstructor): unknown {
  const standIn = function SettlementPromise(executor: Executor): PromiseLike<unknown> {
    const onSettled = settling
    settling = undefined
    if (onSettled === undefined) return new Native(executor)
    return new Native((resolve, reject) =>
      executor(
        (value) => {
          onSettled(undefined, value)
          resolve(value)
        },
        (error) => {
          onSettled(error, undefined)
          reject(error)
        },
      ),
    )
  }
  standIn.reject = (error: unknown): Promise<never> => Native.reject(error)
  return standIn
}
