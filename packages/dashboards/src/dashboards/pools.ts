import type { DashboardSpec } from '../panel-spec.js'
import type { QueryLanguage } from '../query-language.js'
import { capacityRow } from './pool-rows/capacity-row.js'
import { healthRow } from './pool-rows/health-row.js'
import { holdRow } from './pool-rows/hold-row.js'
import { lifecycleRow } from './pool-rows/lifecycle-row.js'
import { serverRow } from './pool-rows/server-row.js'
import { waitRow } from './pool-rows/wait-row.js'

/** @param serverQl for what belongs to no pool. */
export function poolsDashboard(ql: QueryLanguage, serverQl: QueryLanguage): DashboardSpec {
  return {
    uid: 'pgspan-pools',
    title: 'pgspan / Pools',
    description: 'Connection pools of PostgreSQL, as their service sees them: is the pool the problem?',
    hasPoolVariable: true,
    rows: [healthRow(ql), capacityRow(ql), waitRow(ql), holdRow(ql), lifecycleRow(ql), serverRow(serverQl)],
  }
}
