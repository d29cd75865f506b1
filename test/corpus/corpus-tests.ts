import { writeFile } from 'node:fs/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { loadNativePg } from '../support/drivers.js'
import { makeTestDatabase } from '../support/test-database.js'
import type { Verdict } from './judge.js'
import { formatReport, recallOf, reportOn, sourceAccuracyOf } from './report.js'
import { runVariant } from './run-variant.js'
import type { Scenario } from './scenario.js'
import { describeVariant, plainVariant, type Variant } from './variant.js'

/** What takes seconds is run where nothing else is changed, and where a unit of work is something else. */
function hasTimeIn(variant: Variant): boolean {
  const { seed: _, unit: __, ...rest } = variant
  return Object.entries(rest).every(([side, value]) => value === plainVariant[side as keyof Variant])
}

/**
 * Defines the tests of scenarios in variants: a run in each, and what must come of all of them together.
 *
 * The report is printed, and written to the folder that `PGSPAN_CORPUS_REPORT` names.
 */
export function testCorpus(name: string, variants: readonly Variant[], scenarios: readonly Scenario[]): void {
  const verdicts: Verdict[] = []

  afterAll(async () => {
    const report = reportOn(verdicts)
    console.log(formatReport(report))
    const folder = process.env.PGSPAN_CORPUS_REPORT
    if (folder === undefined) return
    await writeFile(`${folder}/report.json`, JSON.stringify(report, undefined, 2))
    await writeFile(`${folder}/report.txt`, `${formatReport(report)}\n`)
  })

  describe(`${name} runs in each variant (PGSPAN_SEED=${variants[0]?.seed})`, () => {
    test.each(variants.map((variant) => [describeVariant(variant), variant] as const))(
      '%s',
      async (_, variant) => {
        if (variant.driver === 'native' && loadNativePg() === undefined) return
        const chosen = scenarios.filter(({ isSlow }) => !isSlow || hasTimeIn(variant))
        const database = await makeTestDatabase()
        try {
          verdicts.push(...(await runVariant(variant, chosen, database.connectionString)))
        } finally {
          await database.drop()
        }
      },
    )
  })

  describe('of all runs together', () => {
    test('nothing that is right is found fault with', () => {
      const { falseAlarms, mistakes } = reportOn(verdicts)
      expect(falseAlarms, mistakes.join('\n')).toBe(0)
    })

    test('at least 97 % of what is wrong is found', () => {
      expect(recallOf(reportOn(verdicts))).toBeGreaterThanOrEqual(0.97)
    })

    test('at least 95 % of sources are right, and none is named that is a guess', () => {
      const report = reportOn(verdicts)
      expect(sourceAccuracyOf(report)).toBeGreaterThanOrEqual(0.95)
      expect(report.sources.guessed, report.mistakes.join('\n')).toBe(0)
    })
  })
}
