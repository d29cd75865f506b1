/** How the application reaches the server. */
export type Route = 'direct' | 'session' | 'transaction' | 'statement'

/** One combination of versions, in which the contract must hold. */
export interface Cell {
  readonly node: keyof typeof nodes
  readonly openTelemetry: keyof typeof openTelemetryLines
  readonly pg: keyof typeof drivers
  readonly postgres: keyof typeof postgresBinaries
  readonly route: Route
}

/** Node by its major version; the binaries come from npm. */
export const nodes = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' } as const

/** What an application of each line of OpenTelemetry installs. */
export const openTelemetryLines = {
  '2.x': ['@opentelemetry/api@1.9.1', '@opentelemetry/sdk-node@0.223.0', '@opentelemetry/sdk-metrics@2.12.1'],
  '3.x': ['@opentelemetry/api@1.10.0', '@opentelemetry/sdk-node@0.301.0', '@opentelemetry/sdk-metrics@3.1.1'],
} as const

/** What does not work yet under a line; judged as strictly as the rest, so that it is noticed when it works. */
export const gaps: Readonly<Record<keyof typeof openTelemetryLines, string | undefined>> = {
  '2.x': undefined,
  '3.x': undefined,
}

/** The driver of each release as it came out, with what came out with it; and one as it is installed today. */
export const drivers = {
  '8.11': ['pg@8.11.6', 'pg-pool@3.6.2', 'pg-protocol@1.6.1', 'pg-cursor@2.10.6', 'pg-query-stream@4.5.5'],
  '8.11 with the newest pg-pool': [
    'pg@8.11.6',
    'pg-pool@3.14.0',
    'pg-protocol@1.16.1',
    'pg-cursor@2.22.0',
    'pg-query-stream@4.17.0',
  ],
  '8.16': ['pg@8.16.3', 'pg-pool@3.10.1', 'pg-protocol@1.10.3', 'pg-cursor@2.15.3', 'pg-query-stream@4.10.3'],
  '8.20': ['pg@8.20.0', 'pg-pool@3.13.0', 'pg-protocol@1.13.0', 'pg-cursor@2.19.0', 'pg-query-stream@4.14.0'],
  '8.23': ['pg@8.23.1', 'pg-pool@3.14.0', 'pg-protocol@1.16.1', 'pg-cursor@2.22.0', 'pg-query-stream@4.17.0'],
} as const

/** Versions of the packages of PostgreSQL's binaries; that of 18 is the one that all tests use. */
export const postgresBinaries = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: undefined,
} as const

const newest: Cell = { node: 26, openTelemetry: '3.x', pg: '8.23', postgres: 18, route: 'direct' }
const oldest: Cell = { node: 20, openTelemetry: '2.x', pg: '8.11', postgres: 14, route: 'direct' }

/** Every value of each axis with the newest of the others, both lines on each Node, and the corners. */
export const cells: readonly Cell[] = [
  newest,
  { ...newest, node: 24 },
  { ...newest, node: 22 },
  ...([26, 24, 22, 20] as const).map((node): Cell => ({ ...newest, openTelemetry: '2.x', node })),
  ...(['8.20', '8.16', '8.11'] as const).map((pg): Cell => ({ ...newest, pg })),
  ...([17, 16, 15, 14] as const).map((postgres): Cell => ({ ...newest, postgres })),
  ...(['session', 'transaction', 'statement'] as const).map((route): Cell => ({ ...newest, route })),
  { node: 24, openTelemetry: '2.x', pg: '8.20', postgres: 17, route: 'direct' },
  { node: 22, openTelemetry: '2.x', pg: '8.16', postgres: 16, route: 'direct' },
  oldest,
  { ...oldest, pg: '8.11 with the newest pg-pool' },
  { ...oldest, route: 'transaction' },
]

/** Combinations that are not run, and why. */
export const leftOut = [
  { node: '20', openTelemetry: '3.x', reason: 'OpenTelemetry 3.x needs Node 22.15 or newer' },
] as const

/** How a cell is called; none is the beginning of another, so that `-t` picks one. */
export function nameOf({ node, openTelemetry, pg, postgres, route }: Cell): string {
  const way = route === 'direct' ? 'direct' : `PgBouncer in ${route} mode`
  return `Node ${node}, OpenTelemetry ${openTelemetry}, pg ${pg}, PostgreSQL ${postgres}, ${way}`
}
