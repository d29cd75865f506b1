import {
  type Checkout,
  type DatabaseTarget,
  type Observer,
  type PoolView,
  processState,
  type ServerRole,
} from '@pgspan/lifecycle'
import { Ring } from './ring.js'

const sampleMillis = 1_000
const keptSamples = 300
const maximumPools = 64
const shownHolders = 20

/** A pool's connections and requests for them. */
export interface PoolFigures {
  readonly used: number
  readonly idle: number
  readonly pending: number
  readonly limit: number
}

/** A pool's figures of one second: the most that were used and waited for, and the fewest that were idle. */
export interface PoolSample extends PoolFigures {
  /** Milliseconds since 1970, at its end. */
  readonly at: number
}

/** Who has a connection of a pool, or waits for one. Times are milliseconds. */
export interface PoolHolder {
  /** The unit of work; empty outside any. */
  readonly unit: string
  /** Since it was asked for while it waits, since it was acquired while it is held. */
  readonly forMillis: number
  /** `running` a query, `idle` with the connection in hand, or `waiting` for one. */
  readonly state: 'running' | 'idle' | 'waiting'
  /** Of the query that settled last; undefined if none has. */
  readonly latestSummary: string | undefined
  /** The line that asked for the connection, as far as it was noted. */
  readonly file: string | undefined
  readonly line: number | undefined
}

/** A pool with its last five minutes. */
export interface PoolTimelineView {
  readonly name: string
  /** Where its connections lead to: `127.0.0.1:5432/shop`. */
  readonly endpoint: string
  /** What the servers at their other end say of themselves, or have said last; empty if they never did. */
  readonly roles: readonly ServerRole[]
  readonly now: PoolFigures
  readonly samples: readonly PoolSample[]
  /** The oldest first, at most 20. */
  readonly holders: readonly PoolHolder[]
  /** The oldest first, at most 20. */
  readonly waiting: readonly PoolHolder[]
}

interface Followed {
  /** While it has no connection, those of the latest that it had. */
  roles: readonly ServerRole[]
  readonly samples: Ring<PoolSample>
  usedPeak: number
  pendingPeak: number
}

/** Keeps the figures of each pool for five minutes, second by second. One timer runs while there is a pool. */
export class PoolTimeline implements Observer {
  readonly name = 'inspector pools'
  readonly #followed: Map<PoolView, Followed> = new Map()
  readonly #onSample: () => void
  readonly #detach: () => void
  #timer: NodeJS.Timeout | undefined = undefined

  /** @param onSample called after each second's samples. */
  constructor(onSample: () => void) {
    this.#onSample = onSample
    this.#detach = processState().dispatcher.attach(this)
  }

  poolAppeared(pool: PoolView): void {
    if (this.#followed.size >= maximumPools) return
    this.#followed.set(pool, { roles: [], samples: new Ring(keptSamples), usedPeak: 0, pendingPeak: 0 })
    this.#timer ??= setInterval(() => this.#sample(), sampleMillis).unref()
  }

  poolEnded(pool: PoolView): void {
    this.#followed.delete(pool)
    if (this.#followed.size === 0) this.#stop()
  }

  checkoutRequested({ pool }: Checkout): void {
    this.#rise(pool)
  }

  checkoutSettled({ pool }: Checkout): void {
    this.#rise(pool)
  }

  views(): readonly PoolTimelineView[] {
    const now = performance.now()
    return [...this.#followed].map(([pool, { roles, samples }]) => ({
      name: pool.name,
      endpoint: endpointOf(pool.target),
      roles: rolesOf(pool) ?? roles,
      now: figuresOf(pool),
      samples: samples.items,
      holders: first(pool.held).map((checkout) => holderOf(checkout, now)),
      waiting: first(pool.waiting).map((checkout) => holderOf(checkout, now)),
    }))
  }

  /** The latest sample of each pool. */
  latest(): readonly (PoolSample & { readonly name: string })[] {
    return [...this.#followed].flatMap(([{ name }, { samples }]) => {
      const sample = samples.items.at(-1)
      return sample === undefined ? [] : [{ name, ...sample }]
    })
  }

  close(): void {
    this.#detach()
    this.#stop()
    this.#followed.clear()
  }

  #rise(pool: PoolView): void {
    const followed = this.#followed.get(pool)
    if (followed === undefined) return
    followed.usedPeak = Math.max(followed.usedPeak, pool.used)
    followed.pendingPeak = Math.max(followed.pendingPeak, pool.pending)
  }

  #sample(): void {
    const at = Date.now()
    for (const [pool, followed] of this.#followed) {
      const { used, idle, pending, limit } = figuresOf(pool)
      followed.roles = rolesOf(pool) ?? followed.roles
      const mostUsed = Math.max(followed.usedPeak, used)
      followed.samples.push({
        at,
        used: mostUsed,
        pending: Math.max(followed.pendingPeak, pending),
        idle: Math.max(0, idle - (mostUsed - used)),
        limit,
      })
      followed.usedPeak = pool.used
      followed.pendingPeak = pool.pending
    }
    this.#onSample()
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

function figuresOf(pool: PoolView): PoolFigures {
  const counts = pool.counts()
  return { used: pool.used, idle: counts?.idle ?? 0, pending: pool.pending, limit: counts?.limit ?? 0 }
}

function endpointOf({ address = '', port, namespace }: DatabaseTarget): string {
  const host = address.includes(':') ? `[${address}]` : address
  return `${host}${port === undefined ? '' : `:${port}`}${namespace === undefined ? '' : `/${namespace}`}`
}

/** Undefined while no open connection has said so. */
function rolesOf(pool: PoolView): readonly ServerRole[] | undefined {
  const { primary, replica } = pool.serverRoles()
  if (primary + replica === 0) return undefined
  return [...(primary > 0 ? ['primary' as const] : []), ...(replica > 0 ? ['replica' as const] : [])]
}

function first(checkouts: Iterable<Checkout>): readonly Checkout[] {
  const listed: Checkout[] = []
  for (const checkout of checkouts) {
    if (listed.length >= shownHolders) break
    listed.push(checkout)
  }
  return listed
}

function holderOf(checkout: Checkout, now: number): PoolHolder {
  const { acquiredAt, requestedAt, runningQueries } = checkout
  const site = checkout.callSite()
  return {
    unit: checkout.unitOfWork?.name ?? '',
    forMillis: Math.round(now - (acquiredAt || requestedAt)),
    state: acquiredAt === 0 ? 'waiting' : runningQueries > 0 ? 'running' : 'idle',
    latestSummary: checkout.latestShape?.summary,
    file: site?.file,
    line: site?.line,
  }
}
