import type { FindingDraft, FindingTier } from '../findings/finding.js'
import { columnBehindAlias } from '../provenance/column-behind-alias.js'
import type { ColumnProbe } from '../provenance/column-probe.js'
import { type AskedValues, type Provenance, provenanceOf, recursionOf } from '../provenance/provenance.js'
import type { ProvenanceCandidate } from '../provenance/provenance-candidate.js'
import type { QueryGroup } from '../units/query-group.js'

/** So many executions are a loop, whatever they look for. */
export const certainExecutions = 20

/** So few executions, each from another place, are calls of a finder, whatever its values have in common. */
const scatteredExecutions = 10

/** Where the different values of a repeated statement came from, and how sure that is. */
export interface Origin {
  readonly tier: FindingTier
  readonly probe: ColumnProbe | undefined
  readonly provenance: Provenance | undefined
  readonly source: FindingDraft['source']
  /** The source's column and the compared one go together; otherwise it only held the values. */
  readonly isNamed: boolean
}

/**
 * The cascade of proof, best first: a column of an earlier result, the statement's own rows, one place in the code,
 * and a column that held the values but might by chance. Undefined if nothing speaks for a loop.
 *
 * @param leastHits values that the source must have held.
 */
export function originOf(group: QueryGroup, leastHits: number): Origin | undefined {
  if (group.callSites.isScattered && group.timing.settled < scatteredExecutions) return undefined
  const probes = group.variation?.probes ?? []
  const found = probes.flatMap((probe) => {
    const provenance = provenanceOf(probe, group.shape, leastHits, askedOf(group))
    return provenance === undefined ? [] : [{ probe, provenance }]
  })
  const best = found.find(({ provenance }) => provenance.isProof) ?? found[0]
  if (best?.provenance.isProof) return byProvenance('proven', best.probe, best.provenance)
  for (const probe of probes) {
    const own = recursionOf(probe)
    if (own !== undefined) return byRecursion(probe, own)
  }
  if (isLoop(group)) {
    const { probe, provenance } = best ?? { probe: probes[0], provenance: undefined }
    return { tier: 'strong', probe, provenance, source: undefined, isNamed: false }
  }
  return best && byProvenance('likely', best.probe, best.provenance)
}

/** A value that comes once more is a coincidence; half as many again are rows of a list. */
function askedOf({ variation, timing }: QueryGroup): AskedValues {
  if (variation === undefined) return { isPlain: false, isRepeated: false }
  return { isPlain: variation.isPlain, isRepeated: timing.started >= variation.distinct * 1.5 }
}

/** One place in the code makes the statement again and again, and not in order to find one thing. */
function isLoop(group: QueryGroup): boolean {
  const { callSites, timing } = group
  const isOnePlace = callSites.isOnePlace || (callSites.isRepeated && timing.settled >= scatteredExecutions)
  if (!isOnePlace || !timing.isBurst || !group.isRegular) return false
  return timing.settled >= certainExecutions || timing.isConcurrent || !group.isSearch
}

function byProvenance(tier: FindingTier, probe: ColumnProbe, provenance: Provenance): Origin {
  const { isNamed } = provenance
  return { tier, probe, provenance, source: sourceOf(provenance.candidate), isNamed }
}

function byRecursion(probe: ColumnProbe, own: ProvenanceCandidate): Origin {
  return { tier: 'recursive', probe, provenance: undefined, source: sourceOf(own), isNamed: true }
}

function sourceOf({ source, column }: ProvenanceCandidate): NonNullable<FindingDraft['source']> {
  const { shape } = source
  const original = columnBehindAlias(shape.sanitizedText, column.name)
  const isOfTable = original !== undefined && shape.tables.length === 1
  return {
    summary: shape.summary,
    fingerprint: shape.fingerprint,
    statement: shape.sanitizedText,
    column: isOfTable ? `${shape.tables[0]}.${original}` : (original ?? column.name),
    rows: source.rows,
  }
}
