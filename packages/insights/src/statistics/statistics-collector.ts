import type { QueryShape } from '@pgspan/lifecycle'
import type { ObservedQuery } from '../units/observed-query.js'
import type { UnitActivity } from '../units/unit-activity.js'
import { BoundedMap, otherKey } from './bounded-map.js'
import { ErrorCounts } from './error-counts.js'
import { bucketOf, QuantileSketch } from './quantile-sketch.js'
import type {
  FamilyStatistics,
  InsightsStatistics,
  PoolWaitStatistics,
  RouteStatistics,
  StatementRanking,
} from './statistics.js'

const maximumFamilies = 200
const maximumRoutes = 200
const maximumPools = 64

interface Family {
  readonly fingerprint: string
  summary: string
  statement: string
  count: number
  totalMillis: number
  rows: number
  readonly errors: ErrorCounts
  readonly times: QuantileSketch
}

interface Route {
  readonly name: string
  units: number
  queries: number
  totalMillis: number
  readonly sizes: QuantileSketch
  readonly errors: ErrorCounts
}

const rankings: { readonly [By in StatementRanking]: (family: Family) => number } = {
  time: ({ totalMillis }) => totalMillis,
  mean: ({ totalMillis, count }) => totalMillis / count,
  count: ({ count }) => count,
  rows: ({ rows }) => rows,
}

/** Counts what is observed: queries by statement, units of work by name, waits by pool. Bounded. */
export class StatisticsCollector {
  readonly #since: string = new Date().toISOString()
  #queries = 0
  #totalMillis = 0
  #rows = 0
  #units = 0
  #overlooked = 0
  #unitQueries = 0
  #unitMillis = 0
  readonly #times: QuantileSketch = new QuantileSketch()
  readonly #errors: ErrorCounts = new ErrorCounts()
  readonly #families: BoundedMap<Family> = new BoundedMap(maximumFamilies, newFamily)
  #latestShape: QueryShape | undefined = undefined
  #latestFamily: Family = newFamily('')
  readonly #routes: BoundedMap<Route> = new BoundedMap(maximumRoutes, newRoute)
  readonly #pools: BoundedMap<{ -readonly [Field in keyof PoolWaitStatistics]: PoolWaitStatistics[Field] }> =
    new BoundedMap(maximumPools, (pool) => ({ pool, count: 0, totalMillis: 0, maximumMillis: 0 }))

  addQuery(query: ObservedQuery): void {
    const { shape, errorCode, statement } = query
    const millis = query.executionMillis ?? query.settledAt - query.startedAt
    this.#queries++
    this.#totalMillis += millis
    const bucket = bucketOf(millis)
    this.#times.add(millis, bucket)
    const family = this.#familyOf(shape)
    if (family.count++ === 0 && family.fingerprint !== otherKey) {
      family.summary = shape.summary
      family.statement = statement
    } else if (query.isUnreadable && family.fingerprint !== otherKey) family.statement = statement
    family.totalMillis += millis
    family.rows += query.rowCount ?? 0
    this.#rows += query.rowCount ?? 0
    family.times.add(millis, bucket)
    if (errorCode === undefined) return
    this.#errors.add(errorCode)
    family.errors.add(errorCode)
  }

  /** A loop asks for the same again and again. */
  #familyOf(shape: QueryShape): Family {
    if (shape !== this.#latestShape) {
      this.#latestShape = shape
      this.#latestFamily = this.#families.get(shape.fingerprint)
    }
    return this.#latestFamily
  }

  addUnit({ unit, queries, totalMillis, errors, overlooked }: UnitActivity): void {
    if (queries === 0) return
    this.#overlooked += overlooked
    this.#units++
    this.#unitQueries += queries
    this.#unitMillis += totalMillis
    const route = this.#routes.get(unit.name)
    route.units++
    route.queries += queries
    route.totalMillis += totalMillis
    route.sizes.add(queries)
    for (const code of errors) route.errors.add(code)
  }

  addCheckout(poolName: string, waitMillis: number): void {
    const pool = this.#pools.get(poolName)
    pool.count++
    pool.totalMillis += waitMillis
    if (waitMillis > pool.maximumMillis) pool.maximumMillis = waitMillis
  }

  /** Execution times of a statement; undefined if it is not among the first 200. */
  timesOf(fingerprint: string): QuantileSketch | undefined {
    return this.#families.peek(fingerprint)?.times
  }

  /** Numbers of queries in units of work of this name, of those that have ended; undefined as above. */
  sizesOf(unitName: string): QuantileSketch | undefined {
    return this.#routes.peek(unitName)?.sizes
  }

  get hasQueries(): boolean {
    return this.#queries > 0
  }

  /** @throws TypeError for something else to rank by. */
  top(by: StatementRanking, limit: number): readonly FamilyStatistics[] {
    const rank = rankings[by]
    if (rank === undefined)
      throw new TypeError(`topStatements: by must be one of ${Object.keys(rankings).join(', ')}`)
    const families = this.#families.values.filter(({ fingerprint }) => fingerprint !== otherKey)
    return families
      .sort((a, b) => rank(b) - rank(a))
      .slice(0, limit)
      .map(familyStatistics)
  }

  /** All but what others count. */
  get statistics(): Omit<InsightsStatistics, 'plans' | 'suppressed' | 'limits'> {
    const perUnit = Math.max(1, this.#units)
    return {
      since: this.#since,
      queries: this.#queries,
      totalMillis: this.#totalMillis,
      rows: this.#rows,
      p50Millis: this.#times.quantile(0.5),
      p95Millis: this.#times.quantile(0.95),
      failedQueries: this.#errors.toObject(),
      units: this.#units,
      overlooked: this.#overlooked,
      perUnit: { queries: this.#unitQueries / perUnit, millis: this.#unitMillis / perUnit },
      families: this.#families.values.map(familyStatistics).sort((a, b) => b.totalMillis - a.totalMillis),
      routes: this.#routes.values.map(routeStatistics).sort((a, b) => b.units - a.units),
      poolWaits: this.#pools.values.map((pool) => ({ ...pool })),
    }
  }
}

function newFamily(fingerprint: string): Family {
  return {
    fingerprint,
    summary: fingerprint,
    statement: '',
    count: 0,
    totalMillis: 0,
    rows: 0,
    errors: new ErrorCounts(),
    times: new QuantileSketch(),
  }
}

function newRoute(name: string): Route {
  return {
    name,
    units: 0,
    queries: 0,
    totalMillis: 0,
    sizes: new QuantileSketch(),
    errors: new ErrorCounts(),
  }
}

function familyStatistics({ errors, times, ...family }: Family): FamilyStatistics {
  return {
    ...family,
    maximumMillis: times.maximum,
    p50Millis: times.quantile(0.5),
    p95Millis: times.quantile(0.95),
    errors: errors.toObject(),
  }
}

function routeStatistics({ sizes, errors, ...route }: Route): RouteStatistics {
  return {
    ...route,
    p50Queries: Math.round(sizes.quantile(0.5)),
    p95Queries: Math.round(sizes.quantile(0.95)),
    maximumQueries: sizes.maximum,
    errors: errors.toObject(),
  }
}
