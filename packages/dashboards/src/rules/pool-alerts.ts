import { metrics } from '@pgspan/conventions'
import { byPool, poolLabel, releaseKindLabel, stateLabel } from '../query-language.js'
import type { Alert } from './alert.js'
import { utilization, waitP95 } from './recordings.js'
import type { RuleLanguage } from './rule-language.js'

const pool = `{{ $labels.${poolLabel} }} of {{ $labels.job }}`
const poolHere = `${pool} on {{ $labels.instance }}`

/** Alerts about pools that keep requests waiting. */
export function waitAlerts(ql: RuleLanguage): readonly Alert[] {
  const sum = (expression: string): string => `sum by (${byPool}) (${expression})`
  const pending = sum(ql.series(metrics.connectionPendingRequests))
  const busy = sum(ql.series(metrics.connectionCount, `${stateLabel}!="idle"`))
  const limit = sum(ql.series(metrics.connectionLimit))
  const five = ql.window('5m')
  const perSecond = (metric: typeof metrics.connectionUseTime): string =>
    `sum by (job, ${poolLabel}) (${ql.partRate(metric, 'count', '', five)})`
  return [
    {
      name: 'PgspanPoolExhausted',
      expression: `(${busy} >= ${limit}) and on (${byPool}) (${pending} > 0)`,
      hold: ql.hold('1m'),
      severity: 'critical',
      summary: `Pool ${poolHere} is exhausted, and requests wait.`,
      description:
        'All connections are in use and requests queue for them: requests of users are slow or fail.',
      dashboard: 'pgspan-pools',
    },
    {
      name: 'PgspanPoolStalled',
      expression: `(${pending} > 0) unless on (${byPool}) (${sum(ql.partRate(metrics.connectionUseTime, 'count', '', ql.window('2m')))} > 0)`,
      hold: ql.hold('1m'),
      severity: 'critical',
      summary: `Requests wait for pool ${poolHere}, and no connection comes back.`,
      description:
        'A leak, a deadlock by nested acquires, or queries that hang: nothing will get better by itself.',
      dashboard: 'pgspan-pools',
    },
    {
      name: 'PgspanPoolSlowAcquire',
      expression: `(${waitP95} > 0.1) and on (job, ${poolLabel}) (${perSecond(metrics.connectionWaitTime)} > 0.1)`,
      hold: ql.hold('5m'),
      severity: 'warning',
      summary: `Five of a hundred requests wait {{ $value | humanizeDuration }} or more for pool ${pool}.`,
      description: 'The pool is too small for what it is held for, or held for longer than it needs to be.',
      dashboard: 'pgspan-pools',
    },
    {
      name: 'PgspanPoolAcquireTimeouts',
      expression: `${sum(ql.increase(metrics.connectionTimeouts, '', five))} > 0`,
      hold: ql.hold('0m'),
      severity: 'critical',
      summary: `Requests gave up waiting for pool ${poolHere}.`,
      description: 'connectionTimeoutMillis was reached: each is an error that somebody saw.',
      dashboard: 'pgspan-pools',
    },
    {
      name: 'PgspanPoolHighUtilization',
      expression: `${utilization} > 0.9`,
      hold: ql.hold('10m'),
      severity: 'warning',
      summary: `Pool ${poolHere} is {{ $value | humanizePercentage }} in use.`,
      description:
        'The next burst will queue. Look at how long connections are held before the limit is raised.',
      dashboard: 'pgspan-pools',
    },
    {
      name: 'PgspanPoolConnectionChurn',
      expression: `(${perSecond(metrics.connectionCreateTime)} > 0.2 * ${perSecond(metrics.connectionUseTime)}) and (${perSecond(metrics.connectionCreateTime)} > 0.5)`,
      hold: ql.hold('10m'),
      severity: 'warning',
      summary: `Pool ${pool} opens {{ $value | humanize }} connections per second.`,
      description: 'More than one of five uses opens a connection, which costs far more than most queries.',
      dashboard: 'pgspan-pools',
    },
    {
      name: 'PgspanDatabaseUnreachable',
      expression: `(${sum(ql.increase(metrics.connectionOpenFailures, '', ql.window('2m')))} > 0) unless on (${byPool}) (${sum(ql.increase(metrics.connectionsOpened, '', ql.window('2m')))} > 0)`,
      hold: ql.hold('1m'),
      severity: 'critical',
      summary: `Pool ${poolHere} cannot open connections.`,
      description:
        'Every attempt of the last minutes failed: the database, the network, the credentials or its connection limit.',
      dashboard: 'pgspan-pools',
    },
  ]
}

/** Alerts about connections that are not given back as they should be. */
export function holdAlerts(ql: RuleLanguage): readonly Alert[] {
  const used = `sum by (${byPool}) (${ql.series(metrics.connectionCount, `${stateLabel}="used"`)})`
  const floor = `min_over_time(${used}[${ql.window('30m')}:${ql.step('1m')}]`
  return [
    {
      name: 'PgspanPoolSuspectedLeak',
      expression: `max by (${byPool}) (${ql.series(metrics.leaksSuspected)}) > 0`,
      hold: ql.hold('2m'),
      severity: 'warning',
      summary: `{{ $value }} connections of pool ${poolHere} are out with nothing running.`,
      description: 'The finding leaked_checkout names the line that took each.',
      dashboard: 'pgspan-pools',
    },
    {
      name: 'PgspanPoolLeakTrend',
      expression: `${floor}) > 1 + ${floor} offset ${ql.window('30m')})`,
      hold: ql.hold('15m'),
      severity: 'warning',
      summary: `Pool ${poolHere} never falls back to as few connections in use as before.`,
      description:
        'The floor of used connections rises: some are lost now and then. When all are, the service stands still.',
      dashboard: 'pgspan-pools',
    },
    {
      name: 'PgspanPoolDeadlock',
      expression: `sum by (${byPool}) (${ql.growth(metrics.deadlocks, '', ql.window('5m'))}) > 0`,
      hold: ql.hold('0m'),
      severity: 'critical',
      summary: `Pool ${poolHere} is deadlocked: whoever holds a connection waits for another.`,
      description: 'The finding pool_deadlock names the line of every holder and of every waiting request.',
      dashboard: 'pgspan-pools',
    },
    {
      name: 'PgspanPoolOldestCheckout',
      expression: `max by (${byPool}) (${ql.series(metrics.holdOldestAge)}) > ${ql.seconds('5m')}`,
      hold: ql.hold('1m'),
      severity: 'warning',
      summary: `A connection of pool ${poolHere} has been out for {{ $value | humanizeDuration }}.`,
      description: 'A leak, a hanging query, a long transaction, or a listener that has not said so.',
      dashboard: 'pgspan-pools',
    },
    {
      name: 'PgspanPoolDirtyRelease',
      expression: `sum by (job, ${poolLabel}, ${releaseKindLabel}) (${ql.growth(metrics.releaseDirty, '', ql.window('15m'))}) > 0`,
      hold: ql.hold('0m'),
      severity: 'warning',
      summary: `Connections of pool ${pool} were given back dirty ({{ $labels.${releaseKindLabel} }}).`,
      description:
        'The next request inherits an open transaction or waits behind a stranger’s query. The finding dirty_release names the line.',
      dashboard: 'pgspan-pools',
    },
  ]
}
