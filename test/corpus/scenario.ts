import type { Finding, FindingKind, FindingTier } from '@pgspan/insights'
import type { Seeder } from './seeder.js'
import type { World } from './world.js'

/** A finding that a scenario must lead to. */
export interface Expected {
  readonly kind: FindingKind
  /** A table that the statement reads or writes; only needed to tell several findings of one kind apart. */
  readonly on?: string
  /** Any of these; only for `n_plus_one`. @defaultValue `['proven']` */
  readonly tiers?: readonly FindingTier[]
  /** The column that the values came from; null where naming one would be a guess, undefined where nobody cares. */
  readonly column?: string | null
}

/** Something that applications do, and what a good engineer would say of it. */
export interface Scenario {
  /** What happens, in a few words. Unique. */
  readonly name: string
  /** Empty for what must not be found fault with. */
  readonly expected: readonly Expected[]
  /**
   * Kinds that must not be found in any severity. Of all other kinds that are not expected, none may be a warning,
   * except those that only tell how long something took: see {@link timingKinds}.
   */
  readonly forbidden?: readonly FindingKind[]
  /** Kinds that may be found or not: what is true but not always known, and a mistake that is not mended yet. */
  readonly tolerated?: readonly FindingKind[]
  /** The values coincide with rows by chance or by nature: nothing may be called proven. */
  readonly isCoincidence?: boolean
  /** The number of repetitions is the scenario's own, and not the variant's. */
  readonly isFixedSize?: boolean
  /** It writes, or is about time or one connection: it runs once, and not fifty times at once. */
  readonly runsAlone?: boolean
  /** It waits for seconds: only the long run has time for it. */
  readonly isSlow?: boolean
  /** What it needs of the variant; it is skipped elsewhere. */
  readonly needs?: (world: World) => boolean
  /** Tables of its own, made anew before every run. */
  readonly seed?: (seeder: Seeder) => Promise<void>
  /** Makes its own units of work with {@link World.unit}. What it answers is nobody's concern. */
  readonly run: (world: World) => Promise<unknown>
}

/** Kinds that depend on the machine and the variant: found fault with only where a scenario forbids them. */
export const timingKinds: readonly string[] = [
  'slow_query',
  'pool_wait',
  'queue_wait',
  'slow_transaction',
  'idle_in_transaction',
  'sequential_independent',
  'chatty',
]

/** What a scenario led to. */
export interface Outcome {
  readonly scenario: Scenario
  /** The variant in words. */
  readonly variant: string
  readonly n: number
  readonly findings: readonly Finding[]
  /** How many executions there were when a finding was first known, by its id. */
  readonly detectedAt: ReadonlyMap<string, number>
}
