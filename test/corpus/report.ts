import type { Judgement, Verdict } from './judge.js'

interface KindFigures {
  /** Labels that wanted the kind, and how many of them were met. */
  expected: number
  found: number
  /** Found without a label, as a warning or although forbidden. */
  unexpected: number
  /** How often a label that was met has this tier, by `wanted → found`. */
  readonly tiers: Record<string, number>
  /** How many executions there had been when it was first known; how often. */
  readonly detectedAt: Record<number, number>
}

/** What a run of the corpus came to; plain data. */
export interface CorpusReport {
  readonly variants: readonly string[]
  readonly scenarios: number
  readonly runs: number
  /** Runs of scenarios that nothing is to be found of, and in how many of them something was. */
  readonly negativeRuns: number
  readonly falseAlarms: number
  readonly kinds: Readonly<Record<string, KindFigures>>
  readonly sources: {
    readonly right: number
    readonly wrong: number
    readonly guessed: number
    readonly missing: number
  }
  /** Every mistake, with the scenario and the variant in which it was made. */
  readonly mistakes: readonly string[]
}

/** Sums up what was found of all scenarios in all variants. */
export function reportOn(verdicts: readonly Verdict[]): CorpusReport {
  const kinds: Record<string, KindFigures> = {}
  const sources = { right: 0, wrong: 0, guessed: 0, missing: 0 }
  const mistakes: string[] = []
  let negativeRuns = 0
  let falseAlarms = 0
  for (const { outcome, judgements } of verdicts) {
    if (outcome.scenario.expected.length === 0) {
      negativeRuns++
      if (judgements.length > 0) falseAlarms++
    }
    for (const judgement of judgements) {
      kinds[judgement.kind] ??= { expected: 0, found: 0, unexpected: 0, tiers: {}, detectedAt: {} }
      count(kinds[judgement.kind] as KindFigures, judgement, outcome.detectedAt)
      if (judgement.source !== undefined) sources[judgement.source]++
      const { kind, mistake } = judgement
      if (mistake !== undefined)
        mistakes.push(`${outcome.scenario.name} (${outcome.variant}): ${kind}: ${mistake}`)
    }
  }
  return {
    variants: [...new Set(verdicts.map(({ outcome }) => outcome.variant))],
    scenarios: new Set(verdicts.map(({ outcome }) => outcome.scenario.name)).size,
    runs: verdicts.length,
    negativeRuns,
    falseAlarms,
    kinds,
    sources,
    mistakes,
  }
}

function count(
  figures: KindFigures,
  { expected, found }: Judgement,
  detectedAt: ReadonlyMap<string, number>,
): void {
  if (expected === undefined) figures.unexpected++
  else figures.expected++
  if (expected === undefined || found === undefined) return
  figures.found++
  const at = detectedAt.get(found.id)
  if (at !== undefined) figures.detectedAt[at] = (figures.detectedAt[at] ?? 0) + 1
  if (found.tier === undefined) return
  const step = `${(expected.tiers ?? ['proven']).join('/')} → ${found.tier}`
  figures.tiers[step] = (figures.tiers[step] ?? 0) + 1
}

/** The share of labels that were met, of one kind or of all; 1 if there are none. */
export function recallOf({ kinds }: CorpusReport, kind?: string): number {
  const counted = Object.entries(kinds).filter(([name]) => kind === undefined || name === kind)
  const expected = counted.reduce((sum, [, figures]) => sum + figures.expected, 0)
  const found = counted.reduce((sum, [, figures]) => sum + figures.found, 0)
  return expected === 0 ? 1 : found / expected
}

/** The share of right ones among the sources that were named, or should have been. */
export function sourceAccuracyOf({ sources }: CorpusReport): number {
  const all = sources.right + sources.wrong + sources.guessed + sources.missing
  return all === 0 ? 1 : sources.right / all
}

/** The report as a text to read. */
export function formatReport(report: CorpusReport): string {
  const { kinds, sources, mistakes } = report
  const lines = [
    `${report.scenarios} scenarios in ${report.variants.length} variants: ${report.runs} runs`,
    `${report.negativeRuns} runs of what is right: ${report.falseAlarms} false alarms`,
    '',
    row('kind', 'expected', 'found', 'missed', 'unexpected', 'recall', 'precision'),
    ...Object.entries(kinds).map(([kind, { expected, found, unexpected }]) =>
      row(
        kind,
        expected,
        found,
        expected - found,
        unexpected,
        share(found, expected),
        share(found, found + unexpected),
      ),
    ),
    '',
    'tiers, wanted → found',
    ...Object.values(kinds).flatMap(({ tiers }) =>
      Object.entries(tiers).map(([step, n]) => `  ${step}: ${n}`),
    ),
    '',
    `sources: ${sources.right} right, ${sources.wrong} wrong, ${sources.guessed} named though a guess, ${sources.missing} not named`,
    `first known at: ${Object.entries(kinds.n_plus_one?.detectedAt ?? {})
      .map(([at, n]) => `${at} executions ${n}×`)
      .join(', ')}`,
    ...(mistakes.length > 0 ? ['', ...mistakes] : []),
  ]
  return lines.join('\n')
}

function row(name: string, ...cells: (string | number)[]): string {
  return name.padEnd(24) + cells.map((cell) => String(cell).padStart(11)).join('')
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : (part / whole).toFixed(3)
}
