import type { QueryShape } from '@pgspan/lifecycle'
import { type Affinity, affinityOf, leadsToOwnRows } from './column-affinity.js'
import { namesRows, snakeCase } from './column-names.js'
import type { ColumnProbe } from './column-probe.js'
import type { ProvenanceCandidate } from './provenance-candidate.js'

/** A coincidence rarer than one in 1,024 is none. */
const proofBits = 10
/** Names that go together loosely need this much more. */
const looseProofBits = 4
const wantedCoverage = 0.8
/** What a column holds less of is no part of the explanation. */
const leastShare = 0.25

/** Constants of the code are hardly as many. */
const moreThanConstants = 20
const wantedOrder = 0.6

/** What is known of all values of a repeated statement. */
export interface AskedValues {
  /** They could as well be constants of the code: names alone prove nothing then. */
  readonly isPlain: boolean
  /** Some were asked for again and again, as they are in the rows of a list. */
  readonly isRepeated: boolean
}

/** Where the values of a repeated statement came from. */
export interface Provenance {
  readonly candidate: ProvenanceCandidate
  /** Distinct values that were looked for, and how many of them the column held. */
  readonly keys: number
  readonly hits: number
  /** It may be called proven: the names go together, or a coincidence is implausible. */
  readonly isProof: boolean
  /** The column may be named as the source, and not only as one that held the values. */
  readonly isNamed: boolean
}

/** The best explanation of the probe's values by one column of earlier results; undefined if none covers them. */
export function provenanceOf(
  probe: ColumnProbe,
  shape: QueryShape,
  leastHits: number,
  asked: AskedValues,
): Provenance | undefined {
  let best: Provenance | undefined
  let bestScore = 0
  for (const candidate of probe.candidates) {
    if (candidate.hits < leastHits || candidate.hits < probe.keys * wantedCoverage) continue
    const affinity = affinityOf(
      { column: probe.slot.column, tables: shape.tables },
      { column: candidate.column.name, tables: candidate.source.shape.tables },
    )
    const provenance = judge(probe, candidate, affinity, asked)
    const score = scoreOf(provenance, affinity)
    // Of equals the first one wins: it was found in the newer result.
    if (score > bestScore) [best, bestScore] = [provenance, score]
  }
  return best ?? fromTwoColumns(probe, leastHits)
}

/** A loop may ask twice for each row: for who opened it, and for who closed it. Only a proof counts. */
function fromTwoColumns(probe: ColumnProbe, leastHits: number): Provenance | undefined {
  const { keys } = probe
  for (const [fingerprint, { hits, bits }] of probe.held) {
    if (hits < leastHits || hits < keys * wantedCoverage) continue
    const [first, second] = probe.candidates
      .filter(({ source }) => source.shape.fingerprint === fingerprint)
      .sort((left, right) => right.hits - left.hits)
    if (first === undefined || second === undefined || second.hits < keys * leastShare) continue
    if (bits - roomForChance(probe, hits) < proofBits) continue
    return { candidate: first, keys, hits, isProof: true, isNamed: false }
  }
  return undefined
}

/** How many values must come from the statement's own rows, apart from the first one, which cannot. */
const wantedRecursion = 0.6
const leastRecursiveHits = 3

/**
 * The column of the statement's own earlier rows that its later values came from, as in a walk from row to row of a
 * tree or a list; undefined if there is none.
 */
export function recursionOf(probe: ColumnProbe): ProvenanceCandidate | undefined {
  return probe.own.find((own) => {
    const isMost = own.hits >= leastRecursiveHits && own.hits >= (probe.keys - 1) * wantedRecursion
    if (!isMost || !leadsToOwnRows(probe.slot.column, own.column.name)) return false
    return own.follows >= leastRecursiveHits || own.valueBits >= proofBits
  })
}

/** Where most of the values so far can be explained by one column, pauses between executions mean nothing. */
export function isCovered(probe: ColumnProbe): boolean {
  return probe.candidates.some((candidate) => candidate.hits >= probe.keys * wantedCoverage)
}

function judge(
  probe: ColumnProbe,
  candidate: ProvenanceCandidate,
  affinity: Affinity,
  asked: AskedValues,
): Provenance {
  const order = orderBits(candidate)
  const bits = Math.max(0, candidate.valueBits + order - roomForChance(probe, candidate.hits))
  const isProvenByName =
    affinity === 'close'
      ? !mayBeConstants(probe, asked.isPlain) || isWholeList(candidate, asked)
      : affinity === 'loose' && bits >= looseProofBits
  return {
    candidate,
    keys: probe.keys,
    hits: candidate.hits,
    isProof: isProvenByName || bits >= proofBits,
    isNamed: affinity !== 'none' || order >= proofBits,
  }
}

/** Small numbers and words, and whatever is compared with a column of such: statuses of HTTP are no small numbers. */
export function mayBeConstants({ slot }: ColumnProbe, isPlain: boolean): boolean {
  return isPlain || (slot.column !== undefined && !namesRows(snakeCase(slot.column)))
}

/**
 * The list was gone through from its first row to its last: every value of a list that has none twice; or those of a list
 * that repeats them, again and again as it does, or in its order if that is neither rising nor falling.
 *
 * A report that counts orders for each of five constants asks for all statuses that the orders before have, once each,
 * and in an order of its own.
 */
function isWholeList(
  { hits, follows, rises, falls, column, source }: ProvenanceCandidate,
  asked: AskedValues,
): boolean {
  if (hits < column.size && hits < moreThanConstants) return false
  if (column.size === source.rows) return true
  return follows >= (hits - 1) * wantedOrder && (asked.isRepeated || Math.min(rises, falls) > 0)
}

/**
 * Evidence by order: values were asked for row after row.
 *
 * A loop over sorted constants meets a sorted list in its order as well, but then every step goes in one direction.
 * So a step counts only if there is one in the other direction for it. A next value that has nothing to do with the
 * list is the next row's in one of `size` cases; half of that is taken, because rows are used up.
 */
function orderBits(candidate: ProvenanceCandidate): number {
  const steps = 2 * Math.min(candidate.rises, candidate.falls)
  if (steps === 0) return 0
  const perStep = Math.log2(Math.max(1, candidate.column.size / 2))
  return Math.max(0, steps * perStep - log2Choose(candidate.hits - 1, steps))
}

/** Among many columns and with some values allowed to miss, a coincidence has more ways to happen. */
function roomForChance(probe: ColumnProbe, hits: number): number {
  return Math.log2(Math.max(1, probe.columnsTried)) + log2Choose(probe.keys, hits)
}

function log2Choose(n: number, k: number): number {
  let bits = 0
  for (let i = 1; i <= Math.min(k, n - k); i++) bits += Math.log2((n - i + 1) / i)
  return bits
}

function scoreOf({ hits, keys, candidate, isProof }: Provenance, affinity: Affinity): number {
  const closeness = affinity === 'close' ? 0.3 : affinity === 'loose' ? 0.15 : 0
  const order = (candidate.rises + candidate.falls) / Math.max(1, hits - 1)
  return hits / keys + closeness + 0.1 * order + (isProof ? 1 : 0)
}
