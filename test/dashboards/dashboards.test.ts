import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { metrics } from '@pgspan/conventions'
import {
  dashboardSpecs,
  type Flavour,
  flavours,
  generatedFiles,
  grafanaDashboard,
  prometheusName,
  rulesYaml,
} from '@pgspan/dashboards'
import { parser } from '@prometheus-io/lezer-promql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findProgram } from '../support/programs.js'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const generated = join(root, 'packages/dashboards/generated/')
const promtool = findProgram('promtool')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgspan-dashboards-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Metrics that no dashboard shows and no alert uses, and why. */
const notShown: Readonly<Record<string, string>> = {
  'db.client.connection.idle.min': 'configuration, which never moves',
  'db.client.connection.idle.max': 'configuration, which never moves',
  'db.client.response.returned_rows': 'by choice',
  'pgspan.validations': 'by choice; its failures are connections closed for validation',
  'pgspan.connections.recycled': 'by choice; they are connections closed for max_lifetime',
  'pgspan.retries': 'by choice',
  'pgspan.server.sessions': 'by choice; postgres_exporter has dashboards for servers',
  'pgspan.server.sessions.long_idle': 'by choice; postgres_exporter has dashboards for servers',
  'pgspan.server.lock_waits': 'by choice; postgres_exporter has dashboards for servers',
  'pgspan.server.connection.headroom': 'the difference of two that are shown',
  'pgspan.server.up': 'by choice',
  'pgspan.server.in_recovery': 'by choice',
  'pgspan.pgbouncer.clients': 'by choice; pgbouncer_exporter has dashboards',
  'pgspan.pgbouncer.servers': 'by choice; pgbouncer_exporter has dashboards',
  'pgspan.pgbouncer.wait.oldest_age': 'by choice; pgbouncer_exporter has dashboards',
  'pgspan.pgbouncer.queries': 'by choice; pgbouncer_exporter has dashboards',
  'pgspan.pgbouncer.transactions': 'by choice; pgbouncer_exporter has dashboards',
  'pgspan.pgbouncer.wait_time': 'by choice; pgbouncer_exporter has dashboards',
}

const expressionsOf = (flavour: Flavour): string[] =>
  dashboardSpecs(flavour).flatMap(({ rows }) =>
    rows.flatMap(({ panels }) =>
      panels.flatMap(({ queries }) => queries.map(({ expression }) => expression)),
    ),
  )

test('every metric that is recorded is shown or used by an alert, or is left out with a reason', () => {
  const used = [...expressionsOf('spec'), rulesYaml()].join('\n')
  const missing = metrics.metrics.filter((metric) => {
    const name =
      metric.instrument === 'histogram'
        ? prometheusName(metric, 'spec', 'count').replace(/_count$/, '_(count|sum|bucket)')
        : prometheusName(metric, 'spec')
    return !new RegExp(`\\b${name}\\b`).test(used)
  })
  expect(missing.map(({ name }) => name).sort()).toEqual(Object.keys(notShown).sort())
})

test('names carry their units in one flavour, and none in the other', () => {
  const { operationDuration, connectionTimeouts, holdOldestAge, inUseTime } = metrics
  expect(prometheusName(operationDuration, 'spec', 'bucket')).toBe(
    'db_client_operation_duration_seconds_bucket',
  )
  expect(prometheusName(operationDuration, 'js-exporter', 'bucket')).toBe(
    'db_client_operation_duration_bucket',
  )
  expect(prometheusName(connectionTimeouts, 'spec')).toBe('db_client_connection_timeouts_total')
  expect(prometheusName(holdOldestAge, 'spec')).toBe('pgspan_hold_oldest_age_seconds')
  expect(prometheusName(inUseTime, 'spec')).toBe('pgspan_in_use_time_seconds_total')
  expect(() => prometheusName(operationDuration, 'spec')).toThrow(
    'db.client.operation.duration is a histogram',
  )
})

test.each([
  ['sum(pgspan_acquires_total{job=~"$job", instance=~"$instance"})', 'is a counter as it is'],
  ['sum(rate(pgspan_acquires_total{job="a"}[$__rate_interval]))', 'shows what was not chosen'],
  ['rate(pgspan_acquires_total{job=~"$job", instance=~"$instance"}[5m])', 'is over a window of its own'],
  [
    'sum(a{job=~"$job", instance=~"$instance"}) / sum(b{job=~"$job", instance=~"$instance"})',
    'may be nothing',
  ],
  [
    'histogram_quantile(0.9, sum by (job) (rate(x_bucket{job=~"$job", instance=~"$instance"}[$__rate_interval])))',
    'is no quantile of rates by le',
  ],
  [
    'sum(x_total{job=~"$job", instance=~"$instance"} unless last_over_time(y_total{job=~"$job", instance=~"$instance"}[1m] offset 1m))',
    'is a counter as it is',
  ],
  ['x{job=~"$job", instance=~"$instance", le="1"}', 'Prometheus 3 writes otherwise'],
  ['sum(x{', 'cannot be read'],
])('the checks below find what is wrong with %s', (expression, fault) => {
  expect(faultsOf(expression).join('; ')).toContain(fault)
})

test('a flavour that there is not is named, with those that there are', async () => {
  const unknown = 'openmetrics' as Flavour
  const message = 'flavour must be one of spec, js-exporter, got openmetrics'
  for (const make of [dashboardSpecs, generatedFiles, (flavour: Flavour) => rulesYaml({ flavour })])
    expect(() => make(unknown)).toThrow(new TypeError(message))
  const command = run(process.execPath, [
    join(root, 'scripts/dashboards.mjs'),
    folder,
    '--flavour=openmetrics',
  ])
  await expect(command).rejects.toMatchObject({ code: 2, stderr: `--${message}\n` })
})

test.each(flavours)('what is generated for the flavour %s is in the repository as it is', async (flavour) => {
  const stored = join(generated, flavour)
  const files = generatedFiles(flavour)
  expect((await readdir(stored)).sort()).toEqual(Object.keys(files).sort())
  for (const [name, text] of Object.entries(files))
    expect(await readFile(join(stored, name), 'utf8')).toBe(text)
})

describe.each(flavours)('dashboards with names of the flavour %s', (flavour) => {
  const dashboards = dashboardSpecs(flavour).map((spec) => grafanaDashboard(spec, flavour))

  test.skipIf(promtool === undefined)(
    'promtool reads every expression (skipped without promtool)',
    async () => {
      const rules = expressionsOf(flavour).map((expression, n) => ({
        record: `test:panel:${n}`,
        expr: expression.replaceAll('$__rate_interval', '1m').replaceAll('$__range', '1h'),
      }))
      const path = join(folder, `${flavour}.json`)
      await writeFile(path, JSON.stringify({ groups: [{ name: 'panels', rules }] }))
      const { stdout } = await run(promtool ?? '', ['check', 'rules', path])
      expect(stdout).toContain(`SUCCESS: ${rules.length} rules found`)
    },
  )

  test.each(dashboards.map((dashboard) => [dashboard.title, dashboard] as const))(
    '%s keeps the rules of the community’s linter',
    (_, dashboard) => {
      const variables = dashboard.templating.list ?? []
      expect(dashboard.editable).toBe(false)
      expect(variables.filter(({ type }) => type === 'datasource')).toMatchObject([
        { name: 'datasource', label: 'Data source', query: 'prometheus' },
      ])
      for (const name of ['job', 'instance']) {
        expect(variables.find((variable) => variable.name === name)).toMatchObject({
          label: name,
          multi: true,
          includeAll: true,
          allValue: '.+',
          refresh: 2,
          datasource: { uid: '$datasource' },
        })
      }
    },
  )

  test.each(panelsOf(flavour))(
    '%s / %s says what it means, in which unit, of which source',
    (_, __, panel) => {
      expect(panel.description?.length).toBeGreaterThan(30)
      expect(panel.fieldConfig?.defaults.unit).toBeTruthy()
      // Where there is nothing to see: because nothing happened, or because nobody scrapes the service.
      expect(panel.fieldConfig?.defaults.noValue).toMatch(/^(None in this time range|No data: .*\?)$/)
      expect(panel.datasource).toEqual({ type: 'prometheus', uid: '$datasource' })
      // A Prometheus query, as the builder of panels makes them.
      const targets = panel.targets as unknown as {
        expr: string
        refId: string
        datasource: object
        instant?: boolean
      }[]
      expect(targets.length).toBeGreaterThan(0)
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
      for (const { expr, datasource } of targets) {
        expect(datasource).toEqual({ type: 'prometheus', uid: '$datasource' })
        expect(faultsOf(expr)).toEqual([])
      }
    },
  )

  test('panels have numbers, and places that do not overlap', () => {
    for (const { panels = [] } of dashboards) {
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
      const cells = new Set<string>()
      for (const { gridPos } of panels) {
        if (gridPos === undefined) throw new Error('every panel has its place')
        expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            expect(cells.has(`${x}:${y}`)).toBe(false)
            cells.add(`${x}:${y}`)
          }
        }
      }
    }
  })
})

/** What is wrong with an expression by the linter's rules, and by ours on quantiles, boundaries and divisions. */
function faultsOf(expression: string): string[] {
  const text = expression.replaceAll('$__rate_interval', '1m').replaceAll('$__range', '1h')
  const faults: string[] = []
  parser.parse(text).iterate({
    enter(node) {
      const here = text.slice(node.from, node.to)
      if (node.type.isError) faults.push(`cannot be read at ${node.from}`)
      if (node.name === 'VectorSelector') {
        if (!/\{job=~"\$job", instance=~"\$instance"/.test(here))
          faults.push(`${here} shows what was not chosen`)
        if (/le="\d+"/.test(here)) faults.push(`${here} has a boundary that Prometheus 3 writes otherwise`)
        if (
          /_(total|bucket|sum|count)\{/.test(here) &&
          node.node.parent?.name !== 'MatrixSelector' &&
          !gauge.test(here) &&
          !text.slice(node.to).startsWith(` unless last_over_time(${here}[`)
        )
          faults.push(`${here} is a counter as it is`)
      }
      if (node.name === 'FunctionCall') {
        if (/^i?rate\(/.test(here) && !/\[1m\]\)$/.test(here))
          faults.push(`${here} is over a window of its own`)
        if (
          here.startsWith('histogram_quantile') &&
          !/^histogram_quantile\([\d.]+, sum by \((?:\w+, )*le\) \(rate\(/.test(here)
        )
          faults.push(`${here} is no quantile of rates by le`)
      }
      if (node.name === 'BinaryExpr' && /^Div$/.test(node.node.getChild('Div')?.name ?? '')) {
        const divisor = text.slice(node.node.lastChild?.from, node.to)
        if (!/^\(.* > [\d.]+\)$/.test(divisor)) faults.push(`${divisor} may be nothing`)
      }
    },
  })
  return faults
}

/** Its name ends as a histogram's does. */
const gauge = /^(db_client|pgspan_server)_connection_count\{/

type Panel = ReturnType<typeof grafanaDashboard>['panels'] extends (infer Item)[] | undefined ? Item : never
type DataPanel = Extract<Panel, { targets?: unknown }>

function panelsOf(flavour: Flavour): (readonly [string, string, DataPanel])[] {
  return dashboardSpecs(flavour).flatMap((spec) => {
    const { title = '', panels = [] } = grafanaDashboard(spec, flavour)
    return panels
      .filter((panel): panel is DataPanel => panel.type !== 'row')
      .map((panel) => [title, panel.title ?? '', panel] as const)
  })
}
