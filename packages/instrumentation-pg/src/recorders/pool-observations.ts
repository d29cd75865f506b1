import type { Attributes, BatchObservableResult } from '@opentelemetry/api'
import { type MetricDefinition, metrics, attributes as names } from '@pgspan/conventions'
import type { BoundedCounts } from './bounded-counts.js'
import type { Observables } from './observed-metrics.js'
import type { PoolFigures } from './pool-figures.js'
import type { PoolTotals } from './pool-totals.js'

export type PoolMetricName =
  | 'count'
  | 'limit'
  | 'idleMin'
  | 'idleMax'
  | 'pending'
  | 'timeouts'
  | 'pendingOldestAge'
  | 'holdOldestAge'
  | 'usedPeak'
  | 'pendingPeak'
  | 'acquires'
  | 'open'
  | 'opened'
  | 'openFailures'
  | 'closed'
  | 'errors'
  | 'dirtyReleases'
  | 'inUseTime'
  | 'saturatedTime'

/** The metrics of pools that are read at collection. */
export const poolMetrics: Readonly<Record<PoolMetricName, MetricDefinition>> = {
  count: metrics.connectionCount,
  limit: metrics.connectionLimit,
  idleMin: metrics.connectionIdleMin,
  idleMax: metrics.connectionIdleMax,
  pending: metrics.connectionPendingRequests,
  timeouts: metrics.connectionTimeouts,
  pendingOldestAge: metrics.pendingOldestAge,
  holdOldestAge: metrics.holdOldestAge,
  usedPeak: metrics.usedPeak,
  pendingPeak: metrics.pendingPeak,
  acquires: metrics.acquires,
  open: metrics.connectionsOpen,
  opened: metrics.connectionsOpened,
  openFailures: metrics.connectionOpenFailures,
  closed: metrics.connectionsClosed,
  errors: metrics.poolErrors,
  dirtyReleases: metrics.releaseDirty,
  inUseTime: metrics.inUseTime,
  saturatedTime: metrics.saturatedTime,
}

type PoolObservables = Observables<PoolMetricName>

export function observeFigures(
  result: BatchObservableResult,
  observables: PoolObservables,
  attributes: Attributes,
  figures: PoolFigures,
): void {
  for (const state of ['used', 'idle', 'connecting'] as const) {
    result.observe(observables.count, figures[state], {
      ...attributes,
      [names.dbClientConnectionState]: state,
    })
  }
  for (const [role, count] of Object.entries(figures.roles))
    result.observe(observables.open, count, { ...attributes, [names.pgspanServerRole]: role })
  result.observe(observables.limit, figures.limit, attributes)
  result.observe(observables.idleMin, figures.idleMin, attributes)
  result.observe(observables.idleMax, figures.limit, attributes)
  result.observe(observables.pending, figures.pending, attributes)
  result.observe(observables.pendingOldestAge, figures.pendingOldest / 1000, attributes)
  result.observe(observables.holdOldestAge, figures.holdOldest / 1000, attributes)
  result.observe(observables.usedPeak, figures.usedPeak, attributes)
  result.observe(observables.pendingPeak, figures.pendingPeak, attributes)
}

/** A counter that is born at its first increment hides that increment from `increase()`: all begin with 0. */
export function observeTotals(
  result: BatchObservableResult,
  observables: PoolObservables,
  attributes: Attributes,
  totals: PoolTotals,
): void {
  const each = (name: PoolMetricName, counts: BoundedCounts, key: string): void => {
    for (const [value, count] of counts.entries()) {
      result.observe(observables[name], count, { ...attributes, [key]: value })
    }
  }
  for (const [path, count] of Object.entries(totals.acquires)) {
    result.observe(observables.acquires, count, { ...attributes, [names.pgspanPoolPath]: path })
  }
  for (const [pathAndType, count] of totals.failedAcquires.entries()) {
    const [path, type] = pathAndType.split(' ', 2)
    const failed = { ...attributes, [names.pgspanPoolPath]: path, [names.errorType]: type }
    result.observe(observables.acquires, count, failed)
  }
  result.observe(observables.timeouts, totals.timeouts, attributes)
  result.observe(observables.opened, totals.opened, attributes)
  // Without a type for what began with 0: of which type the first failure will be, nobody knows.
  result.observe(observables.openFailures, 0, attributes)
  result.observe(observables.errors, 0, attributes)
  each('openFailures', totals.openFailures, names.errorType)
  each('errors', totals.errors, names.errorType)
  each('closed', totals.closed, names.pgspanConnectionCloseReason)
  each('dirtyReleases', totals.dirtyReleases, names.pgspanReleaseKind)
  result.observe(observables.inUseTime, totals.inUseMillis / 1000, attributes)
  result.observe(observables.saturatedTime, totals.saturatedMillis / 1000, attributes)
}
