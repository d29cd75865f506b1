import { currentUnitOfWork, type DatabaseTarget, type Observer, type PoolView } from '@pgspan/lifecycle'
import type { Diagnosis } from './diagnosis.js'

/** So many pools of one target are no accident: a second one for other work is usual, and a third. */
const suspiciousPools = 3
const maximumTargets = 100

interface Origins {
  /** Pools that appeared while a request or job was served. */
  insideUnits: number
  /** Pools that the application forgot without ending them. */
  dropped: number
  readonly live: Set<PoolView>
}

/** Where pools come from, and what becomes of them. */
export class PoolOrigins implements Observer {
  readonly name = 'pool-origins'
  readonly #targets: Map<DatabaseTarget, Origins> = new Map()

  poolAppeared(pool: PoolView): void {
    const origins = this.#originsOf(pool.target)
    if (origins === undefined) return
    origins.live.add(pool)
    if (currentUnitOfWork() !== undefined) origins.insideUnits++
  }

  poolEnded(pool: PoolView): void {
    const origins = this.#targets.get(pool.target)
    origins?.live.delete(pool)
    if (origins && pool.wasDropped) origins.dropped++
  }

  diagnoses(): readonly Diagnosis[] {
    return [...this.#targets].flatMap(([target, origins]) => {
      const subject = `database ${target.namespace ?? target.address ?? ''}`.trim()
      if (origins.insideUnits >= suspiciousPools) return [poolPerUnit(subject, origins)]
      return origins.dropped + origins.live.size > suspiciousPools && origins.dropped + idleOf(origins) > 1
        ? [poolNeverEnded(subject, origins)]
        : []
    })
  }

  #originsOf(target: DatabaseTarget): Origins | undefined {
    const known = this.#targets.get(target)
    if (known !== undefined || this.#targets.size >= maximumTargets) return known
    const origins: Origins = { insideUnits: 0, dropped: 0, live: new Set() }
    this.#targets.set(target, origins)
    return origins
  }
}

/** Pools that nobody uses and nobody has ended. */
function idleOf({ live }: Origins): number {
  return [...live].filter(({ used, pending }) => used + pending === 0).length
}

function poolPerUnit(subject: string, { insideUnits }: Origins): Diagnosis {
  return {
    check: 'pool_per_request',
    severity: 'error',
    subject,
    problem: `${insideUnits} pools were made while requests or jobs were served.`,
    consequence:
      'Each request opens and authenticates a connection of its own, and no limit holds: under load the server runs out of connections.',
    remedy: 'Make one pool when the process starts, and share it.',
  }
}

function poolNeverEnded(subject: string, { dropped, live }: Origins): Diagnosis {
  return {
    check: 'pool_never_ended',
    severity: 'warning',
    subject,
    problem: `${live.size} pools of the same database are open${dropped > 0 ? `, and ${dropped} were forgotten without end()` : ''}.`,
    consequence: 'Their connections stay until they time out; with min or without idle timeout, for ever.',
    remedy:
      'await pool.end() when a pool is no longer needed; share one pool where its options are the same.',
  }
}
