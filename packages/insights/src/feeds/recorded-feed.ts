import { context } from '@opentelemetry/api'
import { currentUnitOfWork, type QueryResultView, UnitOfWork } from '@pgspan/lifecycle'
import { QueryShapeCache } from '@pgspan/query-text'
import { errorCodeOf } from '../error-code.js'
import type { InsightsCore } from '../insights-core.js'
import { ignoredByCaller } from '../suppression/ignore-findings.js'
import { ObservedQuery } from '../units/observed-query.js'
import type { RecordedQuery } from './recorded-query.js'
import { TargetRegistry } from './target-registry.js'

// https://github.com/postgres/postgres/blob/REL_18_0/src/include/catalog/pg_type.dat
const [int8, text, uuid] = [20, 25, 2950]

/** Queries that the application records by hand, each when it has settled. */
export class RecordedFeed {
  readonly #core: InsightsCore
  readonly #shapes: QueryShapeCache = new QueryShapeCache()
  readonly #targets: TargetRegistry = new TargetRegistry()

  constructor(core: InsightsCore) {
    this.#core = core
  }

  /** @param recorded checked. */
  record(recorded: RecordedQuery): void {
    const settledAt = performance.now()
    const startedAt = settledAt - recorded.durationMillis
    const own = recorded.unit === undefined ? undefined : new UnitOfWork('job', recorded.unit, startedAt)
    const query = this.#observe(recorded, own ?? currentUnitOfWork(), startedAt)
    this.#core.queryStarted(query, recorded.values)
    query.settledAt = settledAt
    query.rowCount = recorded.rowCount ?? recorded.rows?.length
    if (recorded.error !== undefined) query.fail(errorCodeOf(recorded.error), recorded.text)
    this.#core.querySettled(query, resultOf(recorded))
    own?.end()
  }

  #observe(recorded: RecordedQuery, unit: UnitOfWork | undefined, startedAt: number): ObservedQuery {
    const { database, host, port } = recorded
    const query = new ObservedQuery(
      this.#shapes.shapeOf(recorded.text),
      this.#targets.of(database, host, port),
      unit,
      context.active(),
      undefined,
      0,
      startedAt,
    )
    query.ignoredFindings = ignoredByCaller()
    return query
  }
}

function resultOf({ rows }: RecordedQuery): QueryResultView | undefined {
  const first = rows?.[0]
  if (rows === undefined || typeof first !== 'object' || first === null || Array.isArray(first))
    return undefined
  return { rows, fields: Object.entries(first).map(([name, value]) => ({ name, dataTypeID: typeOf(value) })) }
}

/** The type of PostgreSQL that a value stands for, as an object id of `pg_type`. */
function typeOf(value: unknown): number {
  if (typeof value === 'number' || typeof value === 'bigint')
    return Number.isInteger(Number(value)) ? int8 : 0
  if (typeof value !== 'string') return 0
  if (/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value)) return uuid
  return /^-?\d{1,19}$/.test(value) ? int8 : text
}
