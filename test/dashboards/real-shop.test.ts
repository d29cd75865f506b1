import { flavours } from '@pgspan/dashboards'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Observation, observeShops } from '../../scripts/observed-shops/observe-shops.mjs'
import { situations } from '../../scripts/observed-shops/situations.mjs'
import { findProgram } from '../support/programs.js'
import { alertsOfSlowness } from './expected-alerts.js'
import { expectFilled, expectNumbers, panelsOf } from './real-panels.js'

const program = findProgram('prometheus')
const jobs = ['shop', 'idle']

describe.skipIf(program === undefined)(
  'a healthy shop under real Prometheus servers (skipped without prometheus)',
  () => {
    let run: Observation
    beforeAll(async () => {
      run = await observeShops({
        program: program ?? '',
        situations: situations.filter(({ job }) => jobs.includes(job)),
        calmSeconds: 6,
        faultSeconds: 0,
        timeScale: 1 / 60,
      })
    }, 120_000)
    afterAll(() => run?.stop())

    test.each(flavours)(
      'fills every panel that needs no fault, with names of the flavour %s',
      async (flavour) => {
        const panels = panelsOf(flavour).filter(([, , { fault }]) => fault === undefined)
        expect(panels.length).toBeGreaterThan(20)
        const { startedAt: from, endedAt: to } = run
        for (const [, , panel] of panels)
          await expectFilled(run.prometheus[flavour], panel, { job: 'shop', from, to })
      },
    )

    test.each(flavours)(
      'has numbers only, as has one without traffic, with names of the flavour %s',
      async (flavour) => {
        const { startedAt: from, endedAt: to } = run
        for (const [, , panel] of panelsOf(flavour))
          await expectNumbers(run.prometheus[flavour], panel, jobs, { from, to })
      },
    )

    test.each(flavours)(
      'has no alert that is pending or firing, with names of the flavour %s',
      async (flavour) => {
        const alerts = await run.prometheus[flavour].alerts()
        expect(alerts.filter(({ labels }) => !alertsOfSlowness.includes(labels.alertname ?? ''))).toEqual([])
        expect(await run.prometheus[flavour].failedRules()).toEqual([])
      },
    )
  },
)
