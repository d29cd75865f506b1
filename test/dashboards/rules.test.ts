import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Flavour, flavours, prometheusRules, rulesYaml, runbookName } from '@pgspan/dashboards'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findProgram } from '../support/programs.js'
import { alertCases } from './alert-cases.js'

const run = promisify(execFile)
const promtool = findProgram('promtool')
const root = fileURLToPath(new URL('../..', import.meta.url))
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgspan-rules-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Rule {
  readonly alert?: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}
const rulesOf = (flavour: Flavour): Rule[] =>
  prometheusRules({ flavour }).groups.flatMap(({ rules }) => rules as unknown as Rule[])

describe.each(flavours)('rules with names of the flavour %s', (flavour) => {
  const alerts = rulesOf(flavour).filter(({ alert }) => alert !== undefined)

  test('each alert says what happened, what it means, what to do and where to look', () => {
    for (const { alert = '', labels, annotations } of alerts) {
      expect(labels?.severity).toMatch(/^(warning|critical)$/)
      expect(Object.keys(annotations ?? {})).toEqual(['summary', 'description', 'runbook_url', 'dashboard'])
      expect(existsSync(join(root, 'docs/runbooks', `${runbookName(alert)}.md`)), alert).toBe(true)
    }
  })

  test('each alert has a case that fires and one that looks like it', () => {
    const cases = alertCases(flavour)
    expect(cases.map(({ alert }) => alert).sort()).toEqual(alerts.map(({ alert }) => alert).sort())
    expect(cases.filter(({ silent }) => Object.keys(silent).length === 0)).toEqual([])
  })

  test('no quantile is taken of counters as they are, and no boundary is an integer', () => {
    for (const { expr } of rulesOf(flavour)) {
      if (expr.includes('histogram_quantile'))
        expect(expr).toMatch(/histogram_quantile\([\d.]+, sum by \([^)]*\ble\) \(rate\(/)
      expect(expr).not.toMatch(/le="\d+"/)
    }
  })

  test.skipIf(promtool === undefined)('promtool reads them (skipped without promtool)', async () => {
    const { stdout } = await run(promtool ?? '', ['check', 'rules', await writeRules(flavour)])
    expect(stdout).toContain(`SUCCESS: ${rulesOf(flavour).length} rules found`)
  })
})

async function writeRules(flavour: Flavour): Promise<string> {
  const path = join(folder, `${flavour}.yml`)
  await writeFile(path, rulesYaml({ flavour }))
  return path
}
