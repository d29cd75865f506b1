import type { Finding } from '@pgspan/insights'
import { type Expected, type Outcome, timingKinds } from './scenario.js'

/** Below so many repetitions nothing is to be reported: the default of `nPlusOneThreshold`. */
const leastRepetitions = 5
/** Kinds of repetition, which a list that is too short does not lead to. */
const repetitionKinds: readonly string[] = ['n_plus_one', 'duplicate_query', 'write_loop', 'autocommit_loop']

/** How a label and what was found go together. */
export interface Judgement {
  readonly kind: string
  readonly expected: Expected | undefined
  readonly found: Finding | undefined
  /** Undefined if it is as it should be. */
  readonly mistake: string | undefined
  /** Of a source that was named, or should have been. */
  readonly source: 'right' | 'wrong' | 'guessed' | 'missing' | undefined
}

export interface Verdict {
  readonly outcome: Outcome
  readonly judgements: readonly Judgement[]
}

/** Compares what was found with a scenario's labels. */
export function judge(outcome: Outcome): Verdict {
  const { scenario, n } = outcome
  const isTooShort = n < leastRepetitions && !scenario.isFixedSize
  const left = new Set(outcome.findings)
  const judgements = scenario.expected.flatMap((label) => {
    const found = [...left].find((finding) => isOf(finding, label))
    for (const finding of left) if (isOf(finding, label)) left.delete(finding)
    const isMissedRightly = found === undefined && isTooShort && repetitionKinds.includes(label.kind)
    return isMissedRightly ? [] : [judgeLabel(label, found)]
  })
  return {
    outcome,
    judgements: [...judgements, ...[...left].flatMap((finding) => judgeRest(finding, outcome))],
  }
}

function isOf(finding: Finding, { kind, on }: Expected): boolean {
  if (finding.kind !== kind) return false
  return on === undefined || new RegExp(`\\b${on}\\b`, 'i').test(finding.summary)
}

function judgeLabel(expected: Expected, found: Finding | undefined): Judgement {
  const { kind, tiers = ['proven'], column } = expected
  if (found === undefined) return { kind, expected, found, mistake: 'missed', source: undefined }
  const source = kind === 'n_plus_one' ? judgeSource(column, found) : undefined
  let mistake: string | undefined
  if (kind === 'n_plus_one' && (found.evidence.distinct ?? 0) < leastRepetitions)
    mistake = 'too few to be told'
  else if (source === 'wrong' || source === 'guessed') mistake = `${source} source ${found.source?.column}`
  else if (kind === 'n_plus_one' && !tiers.some((tier) => tier === found.tier)) {
    mistake = `${found.tier} instead of ${tiers.join(' or ')}`
  }
  return { kind, expected, found, mistake, source }
}

function judgeSource(column: Expected['column'], { source }: Finding): Judgement['source'] {
  if (column === undefined) return undefined
  if (source === undefined) return column === null ? undefined : 'missing'
  if (column === null) return 'guessed'
  return source.column === column ? 'right' : 'wrong'
}

/** What nobody expected: a mistake if it is a warning, or forbidden. */
function judgeRest(found: Finding, { scenario }: Outcome): Judgement[] {
  const { kind, severity, tier } = found
  if (scenario.tolerated?.includes(kind)) return []
  const isForbidden = scenario.forbidden?.includes(kind) ?? false
  const isWarning = severity !== 'info' && !timingKinds.includes(kind)
  const isProvenByChance = scenario.isCoincidence === true && tier === 'proven'
  if (!isForbidden && !isWarning && !isProvenByChance) return []
  const mistake = `unexpected ${severity} ${kind}${tier === undefined ? '' : ` (${tier})`} of ${found.summary}`
  return [{ kind, expected: undefined, found, mistake, source: undefined }]
}
