import { metrics } from '@pgspan/conventions'
import { type Flavour, prometheusName } from '@pgspan/dashboards'

/** Figures over time, one a minute, in the notation of promtool. */
export type Series = Readonly<Record<string, string>>

/** What makes an alert fire, and what looks like it and must not. */
export interface AlertCase {
  readonly alert: string
  /** When it must fire. */
  readonly at: string
  readonly labels: Readonly<Record<string, string>>
  readonly fires: Series
  /** Named by what it is. */
  readonly silent: Readonly<Record<string, Series>>
}

const ids = 'job="shop",instance="a:1"'
const pool = `${ids},db_client_connection_pool_name="orders"`
const poolLabels = { job: 'shop', instance: 'a:1', db_client_connection_pool_name: 'orders' }
const jobPool = { job: 'shop', db_client_connection_pool_name: 'orders' }

/** Every alert, with the names of one flavour. A minute is a step; `0x60` is nothing for an hour. */
export function alertCases(flavour: Flavour): readonly AlertCase[] {
  const name = (metric: (typeof metrics)['findings'], part?: 'bucket' | 'count' | 'sum'): string =>
    prometheusName(metric, flavour, part)
  const used = `${name(metrics.connectionCount)}{${pool},db_client_connection_state="used"}`
  const idle = `${name(metrics.connectionCount)}{${pool},db_client_connection_state="idle"}`
  const limit = `${name(metrics.connectionLimit)}{${pool}}`
  const pending = `${name(metrics.connectionPendingRequests)}{${pool}}`
  const uses = `${name(metrics.connectionUseTime, 'count')}{${pool}}`
  const creates = `${name(metrics.connectionCreateTime, 'count')}{${pool}}`
  const waits = `${name(metrics.connectionWaitTime, 'count')}{${pool}}`
  const waited = (le: string): string => `${name(metrics.connectionWaitTime, 'bucket')}{${pool},le="${le}"}`
  const ofPool = (metric: (typeof metrics)['findings']): string => `${name(metric)}{${pool}}`
  const done = `${name(metrics.operationDuration, 'count')}{${ids}}`
  const failed = `${name(metrics.operationDuration, 'count')}{${ids},error_type="57014"}`
  const fast = `${name(metrics.operationDuration, 'bucket')}{${ids},le="0.1"}`
  const found = (kind: string): string => `${name(metrics.findings)}{${ids},pgspan_finding_kind="${kind}"}`
  const full = { [used]: '10x60', [idle]: '0x60', [limit]: '10x60' }
  return [
    {
      alert: 'PgspanPoolExhausted',
      at: '5m',
      labels: poolLabels,
      fires: { ...full, [pending]: '5x60' },
      silent: {
        'a full pool that nobody waits for': { ...full, [pending]: '0x60' },
        'requests that wait for connections to open': {
          [used]: '4x60',
          [idle]: '0x60',
          [limit]: '10x60',
          [pending]: '5x60',
        },
        'a pool that has ended': { [used]: '0x60', [idle]: '0x60', [limit]: '0x60', [pending]: '0x60' },
      },
    },
    {
      alert: 'PgspanPoolStalled',
      at: '6m',
      labels: poolLabels,
      fires: { [pending]: '5x60', [uses]: '100x60' },
      silent: {
        'a busy pool that moves': { [pending]: '5x60', [uses]: '100+50x60' },
        'a quiet pool': { [pending]: '0x60', [uses]: '100x60' },
      },
    },
    {
      alert: 'PgspanPoolSlowAcquire',
      at: '20m',
      labels: jobPool,
      fires: {
        [waited('0.1')]: '0+50x60',
        [waited('0.5')]: '0+100x60',
        [waited('+Inf')]: '0+100x60',
        [waits]: '0+100x60',
      },
      silent: {
        'waits of milliseconds': {
          [waited('0.1')]: '0+100x60',
          [waited('0.5')]: '0+100x60',
          [waited('+Inf')]: '0+100x60',
          [waits]: '0+100x60',
        },
        'one slow wait in hours': {
          [waited('0.1')]: '0x60',
          [waited('0.5')]: '0 1x60',
          [waited('+Inf')]: '0 1x60',
          [waits]: '0 1x60',
        },
      },
    },
    {
      alert: 'PgspanPoolAcquireTimeouts',
      at: '12m',
      labels: poolLabels,
      fires: { [ofPool(metrics.connectionTimeouts)]: '0x9 1x60' },
      silent: { 'timeouts of an hour ago': { [ofPool(metrics.connectionTimeouts)]: '7x60' } },
    },
    {
      alert: 'PgspanPoolHighUtilization',
      at: '15m',
      labels: poolLabels,
      fires: full,
      silent: {
        'a burst': { [used]: '10x5 2x60', [idle]: '0x5 8x60', [limit]: '10x60' },
        'a pool that has ended': { [used]: '0x60', [idle]: '0x60', [limit]: '0x60' },
      },
    },
    {
      alert: 'PgspanPoolConnectionChurn',
      at: '20m',
      labels: jobPool,
      fires: { [creates]: '0+60x60', [uses]: '0+100x60' },
      silent: {
        'many uses of a connection': { [creates]: '0+60x60', [uses]: '0+1000x60' },
        'a service that starts': { [creates]: '0+60x3 180x60', [uses]: '0+100x60' },
      },
    },
    {
      alert: 'PgspanDatabaseUnreachable',
      at: '6m',
      labels: poolLabels,
      fires: {
        [ofPool(metrics.connectionOpenFailures)]: '0+5x60',
        [ofPool(metrics.connectionsOpened)]: '10x60',
      },
      silent: {
        'now and then a failure': {
          [ofPool(metrics.connectionOpenFailures)]: '0+5x60',
          [ofPool(metrics.connectionsOpened)]: '10+20x60',
        },
        'no demand': {
          [ofPool(metrics.connectionOpenFailures)]: '5x60',
          [ofPool(metrics.connectionsOpened)]: '10x60',
        },
      },
    },
    {
      alert: 'PgspanPoolSuspectedLeak',
      at: '5m',
      labels: poolLabels,
      fires: { [ofPool(metrics.leaksSuspected)]: '0x1 2x60' },
      silent: { 'one that came back': { [ofPool(metrics.leaksSuspected)]: '0x1 1x1 0x60' } },
    },
    {
      alert: 'PgspanPoolLeakTrend',
      at: '118m',
      labels: poolLabels,
      fires: { [used]: '0 3 1 0 2 0x25 0x10 1x20 3x30 5x60' },
      silent: { 'a sawtooth': { [used]: '0 5 8 0 6 0 5 8 0 6 '.repeat(12).trim() } },
    },
    {
      alert: 'PgspanPoolDeadlock',
      at: '12m',
      labels: poolLabels,
      fires: { [ofPool(metrics.deadlocks)]: '_x9 1x60' },
      silent: { 'one of yesterday': { [ofPool(metrics.deadlocks)]: '1x60' } },
    },
    {
      alert: 'PgspanPoolOldestCheckout',
      at: '10m',
      labels: poolLabels,
      fires: { [ofPool(metrics.holdOldestAge)]: '0+60x60' },
      silent: {
        'a long report that ends': {
          [ofPool(metrics.holdOldestAge)]: '0 60 120 180 240 0 60 120 180 240 0x60',
        },
      },
    },
    {
      alert: 'PgspanPoolDirtyRelease',
      at: '40m',
      labels: { ...jobPool, pgspan_release_kind: 'in_transaction' },
      fires: { [`${name(metrics.releaseDirty)}{${pool},pgspan_release_kind="in_transaction"}`]: '_x30 1x60' },
      silent: {
        'one of an hour ago': {
          [`${name(metrics.releaseDirty)}{${pool},pgspan_release_kind="in_transaction"}`]: '1x60',
        },
        'none since the start': {
          [`${name(metrics.releaseDirty)}{${pool},pgspan_release_kind="in_transaction"}`]: '0x60',
        },
      },
    },
    {
      alert: 'PgspanQueryErrors',
      at: '15m',
      labels: { job: 'shop' },
      fires: { [done]: '0+900x60', [failed]: '0+100x60' },
      silent: {
        'one of a hundred': { [done]: '0+990x60', [failed]: '0+10x60' },
        'the only query of the hour': { [done]: '0x60', [failed]: '0 1x60' },
      },
    },
    {
      alert: 'PgspanQueryBurnFast',
      at: '90m',
      labels: { job: 'shop' },
      fires: { [fast]: '0+700x120', [done]: '0+1000x120' },
      silent: {
        'one of a thousand': { [fast]: '0+999x120', [done]: '0+1000x120' },
        'a bad hour that is over': { [fast]: '0+700x60 42000+1000x60', [done]: '0+1000x120' },
        'no traffic': { [fast]: '100x120', [done]: '100x120' },
      },
    },
    {
      alert: 'PgspanQueryBurnSlow',
      at: '400m',
      labels: { job: 'shop' },
      fires: { [fast]: '0+920x420', [done]: '0+1000x420' },
      silent: { 'five of a hundred': { [fast]: '0+950x420', [done]: '0+1000x420' } },
    },
    {
      alert: 'PgspanNPlusOneRise',
      at: '120m',
      labels: { job: 'shop' },
      fires: { [found('n_plus_one')]: '0+2x90 180+20x60' },
      silent: {
        'as many as before': { [found('n_plus_one')]: '0+20x180' },
        'one more': { [found('n_plus_one')]: '0x100 1x60' },
      },
    },
    {
      alert: 'PgspanSlowQueryRise',
      at: '120m',
      labels: { job: 'shop' },
      fires: { [found('slow_query')]: '_x90 0+20x60' },
      silent: { 'as many as before': { [found('slow_query')]: '0+20x180' } },
    },
    {
      alert: 'PgspanIdleInTransaction',
      at: '10m',
      labels: { job: 'shop' },
      fires: { [found('idle_in_transaction')]: '_x5 1x60' },
      silent: {
        'other findings': { [found('n_plus_one')]: '0+5x60' },
        'a transaction of seconds': {
          [`${name(metrics.serverOldestIdleInTransaction)}{${ids},server_address="db"}`]: '3x60',
        },
      },
    },
    {
      alert: 'PgspanPoolLimitsAboveServer',
      at: '10m',
      labels: { server_address: 'db', server_port: '5432' },
      fires: {
        [`${name(metrics.connectionLimit)}{${pool},server_address="db",server_port="5432"}`]: '80x60',
        [`${name(metrics.connectionLimit)}{job="shop",instance="b:1",server_address="db",server_port="5432"}`]:
          '80x60',
        [`${name(metrics.serverConnectionLimit)}{${ids},server_address="db",server_port="5432"}`]: '100x60',
      },
      silent: {
        'limits that fit': {
          [`${name(metrics.connectionLimit)}{${pool},server_address="db",server_port="5432"}`]: '80x60',
          [`${name(metrics.serverConnectionLimit)}{${ids},server_address="db",server_port="5432"}`]: '100x60',
        },
        'limits of two servers': {
          [`${name(metrics.connectionLimit)}{${pool},server_address="db",server_port="5432"}`]: '80x60',
          [`${name(metrics.connectionLimit)}{${pool},server_address="db2",server_port="5432"}`]: '80x60',
          [`${name(metrics.serverConnectionLimit)}{${ids},server_address="db",server_port="5432"}`]: '100x60',
          [`${name(metrics.serverConnectionLimit)}{${ids},server_address="db2",server_port="5432"}`]:
            '100x60',
        },
      },
    },
    {
      alert: 'PgspanTelemetryMissing',
      at: '100m',
      labels: { job: 'shop' },
      fires: { [limit]: '10x60 _x60', 'up{job="shop",instance="a:1"}': '1x120' },
      silent: {
        'a service that is gone': { [limit]: '10x60 _x60', 'up{job="shop",instance="a:1"}': '1x60 _x60' },
        'a service that never had pools': { 'up{job="shop",instance="a:1"}': '1x120' },
      },
    },
  ]
}
