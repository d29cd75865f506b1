import type { CallSite } from '@pgspan/lifecycle'

/** Every kind, one a line. */
export const findingKinds = [
  'n_plus_one',
  'duplicate_query',
  'repeated_query',
  'slow_query',
  'pool_wait',
  'leaked_checkout',
  'nested_acquire',
  'pool_deadlock',
  'dirty_release',
  'pool_per_request',
  'queue_wait',
  'slow_transaction',
  'idle_in_transaction',
  'transaction_left_open',
  'write_loop',
  'autocommit_loop',
  'zero_row_write',
  'sequential_independent',
  'chatty',
  'large_result',
  'unbounded_select',
  'constant_fanout',
  'context_loss',
  'refused_write',
] as const

export type FindingKind = (typeof findingKinds)[number]

/**
 * How sure an N+1 is: the values came out of an earlier result (`proven`), out of the statement's own rows
 * (`recursive`), the executions were made by one place in a loop (`strong`), or they grow with a result that holds
 * the values (`likely`).
 */
export type FindingTier = 'proven' | 'recursive' | 'strong' | 'likely'

export type FindingSeverity = 'info' | 'warning' | 'critical'

/** What a finding rests on, in plain figures. Times are milliseconds. No values of the application. */
export interface FindingEvidence {
  /** How many executions or waits. */
  readonly count: number
  /** Different values asked for; exact up to 1,024. */
  readonly distinct?: number
  readonly totalMillis?: number
  readonly medianMillis?: number
  /** An estimate of what the fix saves. */
  readonly savedMillis?: number
  readonly concurrency?: 'sequential' | 'concurrent'
  /** `12 of 12`: values that the source's column held before they were asked for. */
  readonly coverage?: string
  /** What only some kinds have; see the kinds in the README. */
  readonly [detail: string]: string | number | boolean | undefined
}

/** The earlier result that the values of an N+1 came from. */
export interface FindingSource {
  readonly summary: string
  /** Sanitised. */
  readonly statement: string
  /** `orders.customer_id`, or the column alone if its table is not certain. */
  readonly column: string
  /** Rows of the statement's results. */
  readonly rows: number
}

/** How the server would execute a statement. No values. */
export interface FindingPlan {
  /** Made for any values, or for those of the execution that was found. */
  readonly mode: 'generic' | 'custom'
  /** Its main problem in one sentence; undefined if nothing in it stands out. */
  readonly problem: string | undefined
  /** As `EXPLAIN` prints it, with `?` for literals. */
  readonly text: string
}

/** What a detector found. Plain data: fit for JSON. */
export interface Finding {
  /** 16 hexadecimal digits: the same in every process and version for the same kind, unit and statements. */
  readonly id: string
  readonly kind: FindingKind
  /** Only for `n_plus_one`. */
  readonly tier: FindingTier | undefined
  readonly severity: FindingSeverity
  /** The unit of work's name; empty outside any. */
  readonly unit: string
  /** One sentence for a person. */
  readonly title: string
  readonly evidence: FindingEvidence
  /** `SELECT orders`; the pool's name for what is of a pool; empty for what is of a whole unit of work. */
  readonly summary: string
  /** Of the statement; empty if it is of none. */
  readonly fingerprint: string
  /** Sanitised; empty if it is of none. */
  readonly statement: string
  /** `db.namespace`. */
  readonly namespace: string | undefined
  readonly source: FindingSource | undefined
  readonly callSite: CallSite | undefined
  /** How the server would execute the statement; only if plans are asked for, see `explain`. */
  readonly plan: FindingPlan | undefined
  /** What to do about it, for the library in use. */
  readonly fix: string
  /** The name of its page in the documentation: `n-plus-one`. */
  readonly docs: string
  /** The trace of this evidence. */
  readonly traceId: string | undefined
  /** Traces in which it was seen: at most three, sampled ones first, of equals the latest. */
  readonly traceIds: readonly string[]
  /** ISO times. */
  readonly firstSeen: string
  readonly lastSeen: string
  /** In how many units of work it was seen; outside any, how often. */
  readonly count: number
  /** What the fix would have saved in all of them together, as far as it can be estimated. */
  readonly totalSavedMillis: number
}

/** What a detector says; the rest of a {@link Finding} is added when it is recorded. */
export interface FindingDraft {
  readonly kind: FindingKind
  readonly tier?: FindingTier
  readonly severity: FindingSeverity
  /** Without the unit of work, which is added. */
  readonly title: string
  readonly evidence: FindingEvidence
  readonly summary: string
  readonly fingerprint: string
  readonly statement: string
  readonly namespace: string | undefined
  readonly source?: FindingSource & { readonly fingerprint: string }
  /** Part of the identity, beside kind, unit and statements. */
  readonly comparedColumn?: string
  /** Likewise, for what has no statement: the file and the function. Lines change. */
  readonly place?: string | undefined
  readonly callSite: CallSite | undefined
  /** @param library that makes the statement, such as `drizzle-orm`; undefined for `pg` itself. */
  readonly fix: (library: string | undefined) => string
}

/** A finding in one unit of work, as long as its evidence may grow. */
export interface Sighting {
  readonly finding: Finding
  /** Replaces the evidence; the identity stays. */
  update(draft: FindingDraft): void
  /** Adds what the server would do; also after the end, as it takes a while to know. */
  attachPlan(plan: FindingPlan): void
  /** The evidence is final. Further calls change nothing; an update only replaces what {@link finding} says. */
  settle(): void
  /** What was found is over: replaces the evidence, and reports once more. */
  resolve(draft: FindingDraft): void
}
