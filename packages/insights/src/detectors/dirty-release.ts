import type { DirtyRelease as Release } from '@pgspan/lifecycle'
import { placeText } from '../fixes/place-text.js'
import { dirtyReleaseFix } from '../fixes/pool-fix-text.js'
import { subjectOf } from '../pools/checkout-subject.js'
import { roundMillis } from '../round-millis.js'
import type { Detector, Reporter } from './detector.js'

const titles = {
  active_query: 'was given back while a query was running on it',
  double: 'was given back twice',
} as const

/**
 * A connection that its next holder suffers from: given back with a query still running, behind which the next one
 * waits, or given back twice. For transactions that were left open see `transaction_left_open`.
 */
export class DirtyRelease implements Detector {
  readonly kind = 'dirty_release'

  releasedDirty({ checkout, kind, callSite }: Release, reporter: Reporter): void {
    if (kind !== 'active_query' && kind !== 'double') return
    const { pool, latestShape, acquiredAt } = checkout
    const taken = checkout.callSite()
    const sighting = reporter.open(
      {
        kind: 'dirty_release',
        severity: 'warning',
        title: `A connection of pool ${pool.name} ${titles[kind]}`,
        evidence: {
          count: 1,
          release: kind,
          heldMillis: roundMillis((checkout.releasedAt || performance.now()) - acquiredAt),
          taken: taken && placeText(taken),
        },
        summary: pool.name,
        fingerprint: '',
        statement: latestShape?.sanitizedText ?? '',
        namespace: pool.target.namespace,
        place: `${kind} ${callSite?.file ?? ''} ${callSite?.functionName ?? ''}`,
        callSite,
        fix: () => dirtyReleaseFix(kind),
      },
      subjectOf(checkout),
    )
    sighting?.settle()
  }
}
