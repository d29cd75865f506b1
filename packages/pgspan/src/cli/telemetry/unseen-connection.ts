import { sep } from 'node:path'
import type { UnseenConnection } from './database-sockets.js'
import type { TelemetryFinding } from './telemetry-finding.js'

/** Why a connection to PostgreSQL is not seen, by the file that opens it. */
export function unseenConnection({ file }: UnseenConnection): TelemetryFinding {
  const by = file === undefined ? '' : ` by ${file}`
  const owner = file?.startsWith(`node_modules${sep}`) ? packageOf(file) : undefined
  return {
    check: owner === undefined ? 'bundled_driver' : 'unseen_driver',
    severity: 'error',
    problem: `A connection to PostgreSQL was opened${by}, and pgspan does not see what it does.`,
    consequence: 'Its queries and its pool have no spans, no metrics and no findings.',
    remedy: remedyFor(owner),
  }
}

function remedyFor(owner: string | undefined): string {
  if (owner === undefined)
    return 'If a bundler put pg into that file, leave it out (esbuild --external:pg), or call instrumentPg(pg) or instrumentPool(pool) in it.'
  if (owner === 'pg')
    return 'Load pgspan before pg, with a version of pg from 8.11 on and before 9; or call instrumentPg(pg).'
  return `${owner} is another driver than pg: if it makes spans of its own, add InsightsSpanProcessor for findings; if it has pg inside, call instrumentPool(pool).`
}

function packageOf(file: string): string {
  const [, first = '', second = ''] = file.split(sep)
  return first.startsWith('@') ? `${first}/${second}` : first
}
