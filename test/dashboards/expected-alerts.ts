/** They say truly that a busy machine is slow; that they are silent otherwise is tested with figures, in alert-cases. */
export const alertsOfSlowness: readonly string[] = [
  'PgspanPoolSlowAcquire',
  'PgspanQueryBurnFast',
  'PgspanQueryBurnSlow',
  'PgspanSlowQueryRise',
]

/** What must fire for each job with a fault, and what may fire because of it. */
export const expectedAlerts: Readonly<
  Record<string, { readonly must: readonly string[]; readonly may?: readonly string[] }>
> = {
  pool_exhausted: {
    must: [
      'PgspanPoolExhausted',
      'PgspanPoolSlowAcquire',
      'PgspanPoolAcquireTimeouts',
      'PgspanPoolHighUtilization',
    ],
    // Requests that give up waiting fail. Where connections are never idle again, their number looks like a leak.
    // On a busy machine no connection opens within its 400 ms, or none comes back.
    may: ['PgspanQueryErrors', 'PgspanPoolLeakTrend', 'PgspanDatabaseUnreachable', 'PgspanPoolStalled'],
  },
  hanging_queries: {
    must: [
      'PgspanPoolStalled',
      'PgspanPoolExhausted',
      'PgspanPoolHighUtilization',
      'PgspanPoolOldestCheckout',
    ],
    may: ['PgspanPoolLeakTrend'],
  },
  leak: { must: ['PgspanPoolSuspectedLeak', 'PgspanPoolLeakTrend', 'PgspanPoolOldestCheckout'] },
  deadlock: {
    must: ['PgspanPoolDeadlock', 'PgspanPoolStalled', 'PgspanPoolExhausted'],
    may: [
      'PgspanPoolHighUtilization',
      'PgspanPoolOldestCheckout',
      'PgspanPoolSuspectedLeak',
      'PgspanPoolLeakTrend',
    ],
  },
  dirty_release: { must: ['PgspanPoolDirtyRelease'] },
  // pg-pool closes a connection whose query failed.
  errors: {
    must: ['PgspanQueryErrors', 'PgspanQueryBurnFast', 'PgspanQueryBurnSlow', 'PgspanPoolConnectionChurn'],
  },
  slow_queries: {
    must: ['PgspanSlowQueryRise', 'PgspanQueryBurnFast', 'PgspanQueryBurnSlow'],
    may: ['PgspanPoolLeakTrend', 'PgspanPoolHighUtilization'],
  },
  idle_in_transaction: { must: ['PgspanIdleInTransaction'] },
  churn: { must: ['PgspanPoolConnectionChurn'] },
  // It sees transactions of other services of the same server.
  server_figures: { must: [], may: ['PgspanIdleInTransaction'] },
  n_plus_one: { must: ['PgspanNPlusOneRise'] },
  database_down: {
    must: ['PgspanDatabaseUnreachable', 'PgspanQueryErrors', 'PgspanQueryBurnFast', 'PgspanQueryBurnSlow'],
  },
  telemetry_missing: { must: ['PgspanTelemetryMissing'] },
  // About a server, and no service.
  '': { must: ['PgspanPoolLimitsAboveServer'] },
}
