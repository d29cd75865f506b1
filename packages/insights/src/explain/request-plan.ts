import type { SideConnection } from '@pgspan/lifecycle'
import { withoutEnd } from './explainable.js'
import { nodesOf, type PlanNode, readPlan } from './plan-node.js'
import type { PlanFacts } from './plan-problem.js'

/** The first version with `EXPLAIN (GENERIC_PLAN)`. */
const genericPlanVersion = 160_000
const maximumTables = 64

/** A statement to be planned. */
export interface PlanRequest {
  readonly text: string
  /** To plan with; undefined for the plan that serves any values. */
  readonly values: readonly unknown[] | undefined
  /** How many parameters the text has. */
  readonly parameters: number
  readonly returnedRows: number | undefined
}

/**
 * Asks the server for the plan of a statement, in a transaction that can only read, waits for no lock and ends itself.
 * The statement is not executed. Rejects with the driver's error.
 *
 * @see https://www.postgresql.org/docs/18/sql-explain.html
 */
export async function requestPlan(
  connection: SideConnection,
  request: PlanRequest,
): Promise<{ plan: PlanNode; facts: PlanFacts } | undefined> {
  await connection.query('BEGIN READ ONLY', [])
  await connection.query(
    "SET LOCAL statement_timeout = '500ms'; SET LOCAL lock_timeout = '50ms'; SET LOCAL idle_in_transaction_session_timeout = '2s'",
    [],
  )
  const [settings] = await connection.query(settingsQuery, [])
  const plan = readPlan(await explain(connection, request, Number(settings?.version)))
  if (plan === undefined) return undefined
  const tableRows = await rowsOfTables(connection, plan)
  await connection.query('ROLLBACK', [])
  const workMemoryBytes = Number(settings?.memory)
  const hashMemoryBytes = workMemoryBytes * Number(settings?.multiplier)
  return { plan, facts: { tableRows, workMemoryBytes, hashMemoryBytes, returnedRows: request.returnedRows } }
}

/** `hash_mem_multiplier` came with PostgreSQL 13. */
const settingsQuery = `
  SELECT current_setting('server_version_num') AS version,
    pg_size_bytes(current_setting('work_mem'))::text AS memory,
    coalesce(current_setting('hash_mem_multiplier', true), '1') AS multiplier`

async function explain(connection: SideConnection, request: PlanRequest, version: number): Promise<unknown> {
  const text = withoutEnd(request.text)
  if (request.values !== undefined) {
    return answerOf(await connection.query(`EXPLAIN (FORMAT JSON, SETTINGS) ${text}`, request.values))
  }
  if (request.parameters === 0)
    return answerOf(await connection.query(`EXPLAIN (FORMAT JSON, SETTINGS) ${text}`, []))
  if (version >= genericPlanVersion) {
    return answerOf(await connection.query(`EXPLAIN (FORMAT JSON, SETTINGS, GENERIC_PLAN) ${text}`, []))
  }
  return explainPrepared(connection, text, request.parameters)
}

/** Before PostgreSQL 16: a prepared statement whose plan must serve any values gets nothing but NULLs. */
async function explainPrepared(
  connection: SideConnection,
  text: string,
  parameters: number,
): Promise<unknown> {
  await connection.query('SET LOCAL plan_cache_mode = force_generic_plan', [])
  await connection.query(`PREPARE pgspan_plan AS ${text}`, [])
  const nulls = Array.from({ length: parameters }, () => 'NULL').join(', ')
  const rows = await connection.query(`EXPLAIN (FORMAT JSON, SETTINGS) EXECUTE pgspan_plan(${nulls})`, [])
  await connection.query('DEALLOCATE pgspan_plan', [])
  return answerOf(rows)
}

function answerOf(rows: readonly Readonly<Record<string, unknown>>[]): unknown {
  return rows[0]?.['QUERY PLAN']
}

async function rowsOfTables(
  connection: SideConnection,
  plan: PlanNode,
): Promise<ReadonlyMap<string, number>> {
  const names = new Set<string>()
  for (const { relation } of nodesOf(plan)) if (relation !== undefined) names.add(relation)
  const rows = await connection.query(
    `SELECT name, (SELECT reltuples FROM pg_class WHERE oid = to_regclass(quote_ident(name)))::text AS rows
     FROM unnest($1::text[]) AS name`,
    [[...names].slice(0, maximumTables)],
  )
  return new Map(rows.map(({ name, rows: count }) => [String(name), Math.max(0, Number(count ?? 0))]))
}
