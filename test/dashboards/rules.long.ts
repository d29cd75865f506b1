import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { flavours, rulesYaml } from '@pgspan/dashboards'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findProgram } from '../support/programs.js'
import { type AlertCase, alertCases, type Series } from './alert-cases.js'

const run = promisify(execFile)
const promtool = findProgram('promtool')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgspan-alerts-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test.skipIf(promtool === undefined).each(flavours)(
  'each alert of the flavour %s fires on its fault, and stays silent on what looks like it (skipped without promtool)',
  async (flavour) => {
    const rules = join(folder, `${flavour}.yml`)
    await writeFile(rules, rulesYaml({ flavour }))
    const cases = join(folder, `${flavour}.json`)
    const tests = alertCases(flavour).flatMap(testsOf)
    await writeFile(cases, JSON.stringify({ rule_files: [rules], evaluation_interval: '1m', tests }))
    const { stdout } = await run(promtool ?? '', ['test', 'rules', cases], { maxBuffer: 10_000_000 })
    expect(stdout).toContain('SUCCESS')
  },
)

function testsOf({ alert, at, labels, fires, silent }: AlertCase): object[] {
  return [
    promtoolTest(`${alert}: fires`, fires, [
      counted({ alertname: alert, alertstate: 'firing' }, at, 1),
      counted({ alertname: alert, ...labels }, at, 1),
    ]),
    ...Object.entries(silent).map(([name, series]) =>
      promtoolTest(`${alert}: ${name}`, series, [counted({ alertname: alert, alertstate: 'firing' }, at, 0)]),
    ),
  ]
}

function promtoolTest(name: string, series: Series, expectations: readonly object[]): object {
  const input = Object.entries(series).map(([each, values]) => ({ series: each, values }))
  return { name, interval: '1m', input_series: input, promql_expr_test: expectations }
}

function counted(labels: Readonly<Record<string, string>>, at: string, value: number): object {
  const matchers = Object.entries(labels).map(([label, each]) => `${label}="${each}"`)
  return {
    expr: `count(ALERTS{${matchers.join(',')}})`,
    eval_time: at,
    exp_samples: value === 0 ? [] : [{ labels: '{}', value }],
  }
}
