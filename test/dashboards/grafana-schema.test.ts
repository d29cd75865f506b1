import { fileURLToPath } from 'node:url'
import { type DashboardSpec, dashboardSpecs, flavours, grafanaDashboard } from '@pgspan/dashboards'
import { Ajv, type ValidateFunction } from 'ajv'
import { createGenerator } from 'ts-json-schema-generator'
import { beforeAll, describe, expect, test } from 'vitest'

const types = fileURLToPath(new URL('strict-dashboard.ts', import.meta.url))
const tsconfig = fileURLToPath(new URL('../../tsconfig.test.json', import.meta.url))

let check: ValidateFunction
beforeAll(() => {
  const type = 'StrictDashboard'
  const generator = createGenerator({
    path: types,
    type,
    tsconfig,
    functions: 'hide',
    // Several of its modules have types of the same name.
    expose: 'none',
    skipTypeCheck: true,
    additionalProperties: false,
  })
  check = new Ajv({ strict: false }).compile({ ...generator.createSchema(type) } as object)
}, 60_000)

const dashboards = flavours.flatMap((flavour) =>
  dashboardSpecs(flavour).map(
    (spec: DashboardSpec) => [spec.uid, flavour, asJson(grafanaDashboard(spec, flavour))] as const,
  ),
)

test.each(dashboards)('%s of the flavour %s is what Grafana’s types say', (_, __, dashboard) => {
  check(dashboard)
  expect(check.errors ?? []).toEqual([])
})

describe('the schema finds', () => {
  const mistakes: Readonly<Record<string, (dashboard: Json) => void>> = {
    'a property that there is not': (dashboard) => Object.assign(dashboard, { titel: 'x' }),
    'a panel without a type': ({ panels }) => Reflect.deleteProperty(panels[1] ?? {}, 'type'),
    'an option that a panel does not have': ({ panels }) =>
      Object.assign(panels[1] ?? {}, { options: { calc: 'last' } }),
    'a kind of line that there is not': ({ panels }) =>
      Object.assign(panels[1] ?? {}, {
        fieldConfig: { overrides: [], defaults: { custom: { drawStyle: 'lines' } } },
      }),
    'a query without an expression': ({ panels }) =>
      Object.assign(panels[1] ?? {}, { targets: [{ refId: 'A' }] }),
    'a format of queries that there is not': ({ panels }) =>
      Object.assign(panels[1] ?? {}, { targets: [{ expr: 'up', format: 'graph' }] }),
    'a way to refresh variables that there is not': ({ templating }) =>
      Object.assign(templating.list[1] ?? {}, { refresh: 7 }),
  }
  test.each(Object.keys(mistakes))('%s', (name) => {
    for (const [, , dashboard] of dashboards) {
      const copy = asJson(dashboard)
      mistakes[name]?.(copy)
      expect(check(copy)).toBe(false)
    }
  })
})

interface Json {
  readonly panels: readonly object[]
  readonly templating: { readonly list: readonly object[] }
}

/** As it is written to a file, without what is undefined. */
function asJson(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json
}
