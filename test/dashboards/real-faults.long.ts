import { readFile } from 'node:fs/promises'
import { flavours, prometheusRules } from '@pgspan/dashboards'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Observation, observeShops } from '../../scripts/observed-shops/observe-shops.mjs'
import { panelData } from '../../scripts/observed-shops/panel-data.mjs'
import { situations } from '../../scripts/observed-shops/situations.mjs'
import { findProgram } from '../support/programs.js'
import { alertsOfSlowness, expectedAlerts } from './expected-alerts.js'
import { expectFilled, expectNumbers, panelsOf } from './real-panels.js'

/** An hour is a minute. */
const timeScale = 1 / 60
/** Windows of a few scrapes see what windows of minutes do not: what lasts no longer is no alarm. */
const toleratedSeconds = 6

const program = findProgram('prometheus')
/** One after the other, and all together, in which one would be hidden by the others. */
const jobs = ['shop', 'idle', 'pool_exhausted', 'database_down', 'telemetry_missing', '.+']

describe.skipIf(program === undefined)(
  'shops under real Prometheus servers (skipped without prometheus)',
  () => {
    let run: Observation
    beforeAll(async () => {
      run = await observeShops({
        program: program ?? '',
        situations,
        calmSeconds: 20,
        faultSeconds: 75,
        timeScale,
        say: (text) => process.stderr.write(`${text}\n`),
      })
    }, 240_000)
    afterAll(() => run?.stop())

    describe.each(flavours)('with names of the flavour %s', (flavour) => {
      const panels = panelsOf(flavour)
      const alerts = prometheusRules({ flavour, timeScale })
        .groups.flatMap(({ rules }) => rules)
        .flatMap(({ alert, for: hold }) =>
          typeof alert === 'string' ? [{ alert, hasHold: hold !== undefined }] : [],
        )

      test.each(panels)('%s / %s shows what happens', async (_, __, panel) => {
        const { startedAt, faultsAt, endedAt } = run
        const [from, to] = panel.fault === undefined ? [startedAt, faultsAt] : [faultsAt, endedAt]
        await expectFilled(run.prometheus[flavour], panel, { job: panel.fault ?? 'shop', from, to })
      })

      test.each(panels)(
        '%s / %s has only numbers that can be, for whichever service',
        async (_, __, panel) => {
          const { startedAt: from, endedAt: to } = run
          await expectNumbers(run.prometheus[flavour], panel, jobs, { from, to })
        },
      )

      test('every panel is empty for a service that nobody has heard of', async () => {
        for (const [, , panel] of panels) {
          const view = { job: 'nobody', from: run.startedAt, to: run.endedAt }
          expect((await panelData(run.prometheus[flavour], panel, view)).flat(), panel.title).toEqual([])
        }
      })

      test('every recording has a value for a service under load, and none that is no number for any', async () => {
        const { groups } = prometheusRules({ flavour, timeScale })
        for (const { record } of groups.flatMap(({ rules }) => rules)) {
          if (typeof record !== 'string') continue
          const series = await run.prometheus[flavour].range(record, {
            from: run.startedAt,
            to: run.endedAt,
            step: 1,
          })
          expect(
            series.some(({ labels }) => labels.job === 'shop'),
            record,
          ).toBe(true)
          expect(
            series.flatMap(({ points }) => points.filter(([, value]) => !Number.isFinite(value))),
          ).toEqual([])
        }
      })

      test('every rule can be evaluated, always', async () => {
        expect(await run.prometheus[flavour].failedRules()).toEqual([])
      })

      test('nothing is pending or firing for anybody before the faults', async () => {
        const early = (await alertsOf(run, flavour)).filter(({ from }) => from < run.faultsAt)
        expect(early.filter(({ alert }) => !alertsOfSlowness.includes(alert))).toEqual([])
      })

      test.each(alerts)(
        '$alert is pending and then firing where its fault is',
        async ({ alert, hasHold }) => {
          const faulty = Object.keys(expectedAlerts).filter((job) =>
            expectedAlerts[job]?.must.includes(alert),
          )
          expect(faulty).not.toEqual([])
          const seen = (await alertsOf(run, flavour)).filter((each) => each.alert === alert)
          for (const job of faulty) {
            const since = (state: string): number =>
              Math.min(
                ...seen.filter((each) => each.job === job && each.state === state).map(({ from }) => from),
              )
            expect(since('firing'), `${alert} of ${job} fires`).toBeLessThan(run.endedAt)
            if (!alertsOfSlowness.includes(alert)) expect(since('firing')).toBeGreaterThan(run.faultsAt)
            if (hasHold)
              expect(since('pending'), `${alert} of ${job} is pending`).toBeLessThan(since('firing'))
          }
        },
      )

      test('no alert fires where nothing of its kind happens', async () => {
        const unexpected = (await alertsOf(run, flavour)).filter(({ job, alert, state, seconds }) => {
          const { must = [], may = [] } = expectedAlerts[job] ?? {}
          const isExpected = [...must, ...may, ...alertsOfSlowness].includes(alert)
          return state === 'firing' && seconds > toleratedSeconds && !isExpected
        })
        expect(unexpected).toEqual([])
      })
    })

    test('each question that docs/fleet.md asks Prometheus has an answer', async () => {
      const text = await readFile(new URL('../../docs/fleet.md', import.meta.url), 'utf8')
      const queries = [...text.matchAll(/```promql\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
      // What a collector counts itself, from log events.
      const asked = queries.filter((query) => !query.includes('pgspan_findings_by_route_total'))
      expect(asked).toHaveLength(queries.length - 1)
      for (const query of asked)
        expect(await run.prometheus.spec.query(query, run.endedAt), query).not.toEqual([])
    })

    test('what an alert says and where it leads is whole', () => {
      expect(run.fired.length).toBeGreaterThan(20)
      for (const { labels, annotations } of run.fired) {
        for (const text of Object.values(annotations)) expect(text).not.toMatch(/no value|%!|\{\{|<|NaN/)
        const { pathname, searchParams, hash } = new URL(annotations.dashboard ?? '')
        expect(hash).toBe('')
        expect(searchParams.get('var-job')).toBe(labels.job ?? null)
        if (pathname === '/d/pgspan-pools')
          expect(searchParams.get('var-pool')).toBe(labels.db_client_connection_pool_name ?? null)
      }
    })
  },
)

interface SeenAlert {
  readonly alert: string
  readonly job: string
  readonly state: string
  readonly from: number
  readonly seconds: number
}

async function alertsOf(run: Observation, flavour: (typeof flavours)[number]): Promise<SeenAlert[]> {
  const range = { from: run.startedAt, to: run.endedAt, step: 1 }
  return (await run.prometheus[flavour].range('ALERTS', range)).map(({ labels, points }) => ({
    alert: labels.alertname ?? '',
    job: labels.job ?? '',
    state: labels.alertstate ?? '',
    from: points[0]?.[0] ?? 0,
    seconds: points.length,
  }))
}
