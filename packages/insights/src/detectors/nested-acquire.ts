import type { Checkout } from '@pgspan/lifecycle'
import { TokenBucket } from '../findings/token-bucket.js'
import { placeText } from '../fixes/place-text.js'
import { nestedAcquireFix } from '../fixes/pool-fix-text.js'
import { subjectOf } from '../pools/checkout-subject.js'
import { roundMillis } from '../round-millis.js'
import type { Detector, Reporter } from './detector.js'

/** Reading two stacks takes some 50 µs. */
const looksPerSecond = 20

/**
 * A connection that is asked for by code which holds one of the same pool: under load, when as many do so as the pool
 * has connections, all wait for each other. Said when it is asked for, whether the pool has one left or not.
 *
 * A unit of work may do two things side by side, each with a connection of its own: the holder's function must be at
 * work when the other is asked for, as far as stacks tell. Where they do not, the held connection must be idle then, in
 * a transaction.
 */
export class NestedAcquire implements Detector {
  readonly kind = 'nested_acquire'
  readonly #bucket: TokenBucket = new TokenBucket(looksPerSecond, performance.now())

  checkoutRequested(checkout: Checkout, reporter: Reporter): void {
    for (let holder = checkout.pool.held.first; holder !== undefined; holder = holder.newer) {
      if (!mayBeNested(checkout, holder)) continue
      if (!this.#bucket.take(checkout.requestedAt)) return
      if (!isNested(checkout, holder)) continue
      this.#report(checkout, holder, reporter)
      return
    }
  }

  #report(checkout: Checkout, holder: Checkout, reporter: Reporter): void {
    const { pool } = checkout
    const held = holder.callSite()
    // A library's query that runs when it is awaited leads back to nobody: then whoever holds the other is named.
    const callSite = checkout.callSite() ?? held
    // What is not known now is known the next time.
    if (held === undefined) pool.suspect(checkout.requestedAt)
    const sighting = reporter.open(
      {
        kind: 'nested_acquire',
        severity: 'warning',
        title: `Code that holds a connection of pool ${pool.name} asked the pool for another one`,
        evidence: {
          count: 1,
          limit: pool.counts()?.limit,
          used: pool.used,
          heldMillis: roundMillis(checkout.requestedAt - holder.acquiredAt),
          holder: held && placeText(held),
        },
        summary: pool.name,
        fingerprint: '',
        statement: holder.latestShape?.sanitizedText ?? '',
        namespace: pool.target.namespace,
        place: callSite && `${callSite.file} ${callSite.functionName ?? ''}`,
        callSite,
        fix: nestedAcquireFix,
      },
      subjectOf(checkout),
    )
    sighting?.settle()
  }
}

function mayBeNested(checkout: Checkout, holder: Checkout): boolean {
  return (
    holder.unitOfWork === checkout.unitOfWork &&
    !holder.forSingleQuery &&
    holder.runningQueries === 0 &&
    holder.holdReason === undefined
  )
}

function isNested(checkout: Checkout, holder: Checkout): boolean {
  const isWithin = checkout.wasAskedForWithin(holder)
  if (isWithin !== undefined) return isWithin
  // A library that takes a connection for each query holds one for a moment before and after it.
  return checkout.unitOfWork !== undefined && holder.connection?.transactionStatus !== 'none'
}
