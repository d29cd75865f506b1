import type { Checkout, PoolView } from '@pgspan/lifecycle'
import type { FindingDraft, Sighting } from '../findings/finding.js'
import { leakFix } from '../fixes/pool-fix-text.js'
import { subjectOf } from '../pools/checkout-subject.js'
import { idleMillis, isInTransaction, type LeakKind, leakKindOf } from '../pools/leak-kind.js'
import type { PoolTroubles } from '../pools/pool-troubles.js'
import { roundMillis } from '../round-millis.js'
import type { Thresholds } from '../thresholds.js'
import type { Detector, Reporter } from './detector.js'

const maximumSuspects = 1_000

interface Suspicion {
  readonly kind: LeakKind
  readonly sighting: Sighting
}

/**
 * A connection that is out of its pool and that nobody works with any more: reported while it is out, and said to be
 * recovered if it comes back after all.
 */
export class LeakedCheckout implements Detector {
  readonly kind = 'leaked_checkout'
  readonly #thresholds: Thresholds
  readonly #troubles: PoolTroubles
  readonly #suspects: Map<Checkout, Suspicion> = new Map()

  constructor(thresholds: Thresholds, troubles: PoolTroubles) {
    this.#thresholds = thresholds
    this.#troubles = troubles
  }

  poolAppeared(pool: PoolView): void {
    this.#troubles.poolSeen(pool.name)
  }

  poolsSeen(pools: readonly PoolView[], now: number, reporter: Reporter): void {
    if (this.#thresholds.isOff) return
    for (const { held, name } of pools) {
      // The meter provider may have changed.
      this.#troubles.poolSeen(name)
      for (const checkout of held) {
        if (this.#suspects.size >= maximumSuspects) return
        if (this.#suspects.has(checkout)) continue
        const kind = leakKindOf(checkout, now, this.#thresholds)
        if (kind !== undefined) this.#suspect(checkout, kind, now, reporter)
      }
    }
  }

  checkoutReleased(checkout: Checkout): void {
    const suspicion = this.#suspects.get(checkout)
    if (suspicion === undefined) return
    this.#suspects.delete(checkout)
    this.#troubles.leakOver(checkout.pool.name, true)
    suspicion.sighting.resolve(recoveredDraft(checkout, suspicion.kind))
  }

  poolEnded(pool: PoolView): void {
    for (const checkout of this.#suspects.keys()) {
      if (checkout.pool !== pool) continue
      this.#suspects.delete(checkout)
      this.#troubles.leakOver(pool.name, false)
    }
  }

  #suspect(checkout: Checkout, kind: LeakKind, now: number, reporter: Reporter): void {
    // From now on everybody who takes one is known.
    checkout.pool.suspect(now)
    const sighting = reporter.open(leakDraft(checkout, kind, now), subjectOf(checkout))
    if (sighting === undefined) return
    this.#suspects.set(checkout, { kind, sighting })
    this.#troubles.leakSuspected(checkout.pool.name, kind)
    sighting.settle()
  }
}

function leakDraft(checkout: Checkout, kind: LeakKind, now: number): FindingDraft {
  const held = now - checkout.acquiredAt
  const idle = idleMillis(checkout, now)
  return {
    ...draftOf(checkout, kind),
    severity: 'warning',
    title: titleOf(checkout, kind, idle),
    evidence: {
      count: 1,
      leak: kind,
      heldMillis: roundMillis(held),
      idleMillis: roundMillis(idle),
      inTransaction: isInTransaction(checkout),
      used: checkout.pool.used,
      limit: checkout.pool.counts()?.limit,
      recovered: false,
    },
  }
}

function recoveredDraft(checkout: Checkout, kind: LeakKind): FindingDraft {
  const held = checkout.releasedAt - checkout.acquiredAt
  return {
    ...draftOf(checkout, kind),
    severity: 'info',
    title: `A connection of pool ${checkout.pool.name} that seemed forgotten came back after ${secondsText(held)}`,
    evidence: { count: 1, leak: kind, heldMillis: roundMillis(held), recovered: true },
  }
}

function draftOf(
  checkout: Checkout,
  kind: LeakKind,
): Omit<FindingDraft, 'severity' | 'title' | 'evidence'> & { readonly kind: 'leaked_checkout' } {
  const { pool, latestShape } = checkout
  const callSite = checkout.callSite()
  return {
    kind: 'leaked_checkout',
    summary: pool.name,
    fingerprint: '',
    statement: latestShape?.sanitizedText ?? '',
    namespace: pool.target.namespace,
    place: callSite && `${callSite.file} ${callSite.functionName ?? ''}`,
    callSite,
    fix: () => leakFix(kind),
  }
}

function titleOf({ pool, latestShape }: Checkout, kind: LeakKind, idle: number): string {
  const connection = `A connection of pool ${pool.name}`
  const latest = latestShape?.summary ? `, after ${latestShape.summary}` : ''
  if (kind === 'owner_ended')
    return `${connection} was not given back by what has taken it and ended${latest}`
  return kind === 'idle_in_transaction'
    ? `${connection} has been idle in a transaction for ${secondsText(idle)}${latest}`
    : `${connection} was taken and has not been used for ${secondsText(idle)}${latest}`
}

function secondsText(millis: number): string {
  return millis < 1_000 ? `${Math.round(millis)} ms` : `${(millis / 1_000).toFixed(1)} s`
}
