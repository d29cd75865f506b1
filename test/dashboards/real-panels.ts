import { type DashboardSpec, dashboardSpecs, type Flavour, type PanelSpec } from '@pgspan/dashboards'
import { expect } from 'vitest'
import { panelData, type View } from '../../scripts/observed-shops/panel-data.mjs'
import type { Prometheus } from '../../scripts/observed-shops/prometheus-server.mjs'

/** Every panel, with the title of its dashboard and its own. */
export function panelsOf(flavour: Flavour): (readonly [string, string, PanelSpec])[] {
  return dashboardSpecs(flavour).flatMap(({ title, rows }: DashboardSpec) =>
    rows.flatMap(({ panels }) => panels.map((panel) => [title, panel.title, panel] as const)),
  )
}

/** Each query of the panel has values, which are above 0 if the panel waits for a fault; legends name what there is. */
export async function expectFilled(prometheus: Prometheus, panel: PanelSpec, view: View): Promise<void> {
  for (const [n, series] of (await panelData(prometheus, panel, view)).entries()) {
    const values = series.flatMap(({ points }) => points.map(([, value]) => value))
    const seen = panel.fault === undefined ? values : values.filter((value) => value > 0)
    expect(seen, panel.queries[n]?.expression).not.toEqual([])
    for (const { legend } of series) expect(legend).not.toMatch(/^$|: $|^ | {2}/)
  }
}

/** Each value of the panel is a number that can be, whichever of the services is looked at. */
export async function expectNumbers(
  prometheus: Prometheus,
  panel: PanelSpec,
  jobs: readonly string[],
  range: { readonly from: number; readonly to: number },
): Promise<void> {
  const wrong = jobs.map(async (job) => {
    const queries = await panelData(prometheus, panel, { job, ...range })
    return queries.flatMap((series, n) => {
      const most = (panel.queries[n]?.unit ?? panel.unit) === 'percentunit' ? 1 : Number.MAX_VALUE
      const values = series.flatMap(({ points }) => points.map(([, value]) => value))
      return values.filter((value) => !(value >= 0 && value <= most)).map((value) => `${value} for ${job}`)
    })
  })
  expect((await Promise.all(wrong)).flat()).toEqual([])
}
