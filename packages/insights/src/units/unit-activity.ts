import type { QueryResultView, QueryShape, UnitOfWork } from '@pgspan/lifecycle'
import type { UnitTimeline } from '../history/unit-timeline.js'
import { maximumProbedKeys } from '../provenance/column-probe.js'
import { type ResultReader, ResultSources } from '../provenance/result-sources.js'
import type { ReturnedRow } from '../provenance/returned-row.js'
import type { SlotValues } from '../provenance/slot-values.js'
import type { ObservedQuery } from './observed-query.js'
import { QueryGroup } from './query-group.js'
import { QueryGroups } from './query-groups.js'
import { leastReadMillis, SequentialReads } from './sequential-reads.js'
import { TableChanges } from './table-changes.js'

/** Further statements of a unit of work are counted, not looked at. */
export const maximumGroups = 64
const rememberedStatements = 64
const maximumErrors = 64
/** In a pause as long as that, something else than the database was awaited. */
const awaitedMillis = 10
/** A unit of work that migrates the database repeats itself by nature. */
const migrationTable = /migration|schema_version|schema_history|changelog/i

const isOfMigrations = (table: string): boolean => migrationTable.test(table)

/** What happened in one unit of work: bounded, and dropped with it. */
export class UnitActivity {
  readonly unit: UnitOfWork
  readonly sources: ResultSources = new ResultSources()
  readonly changes: TableChanges = new TableChanges()
  /** Made at the first read that takes long. */
  reads: SequentialReads | undefined = undefined
  queries = 0
  totalMillis = 0
  /** In which no query ran or was wanted, for ten milliseconds and more at a time, between the first and the latest. */
  quietMillis = 0
  /** The codes of queries that failed; the first 64. */
  readonly errors: string[] = []
  /** Executions of statements beyond {@link maximumGroups}. */
  overlooked = 0
  /** Its queries one by one, as long as somebody keeps a history. */
  timeline: UnitTimeline | undefined = undefined
  readonly #groups: QueryGroups = new QueryGroups()
  #sequence = 0
  /** Of the statements of the latest queries; made for the second statement, as the first one's is 1. */
  #ordinals: number[] | undefined = undefined
  /** What the latest single write has returned. */
  #returned: ReturnedRow | undefined = undefined
  #settledAt = 0
  #namesMigrations = false

  constructor(unit: UnitOfWork) {
    this.unit = unit
  }

  get isMigration(): boolean {
    return this.changes.lastDefinition > 0 && this.#namesMigrations
  }

  /** In the order of their first executions. */
  groups(): readonly QueryGroup[] {
    return this.#groups.all
  }

  /**
   * Takes a query before it runs.
   *
   * @param values its values, of which hashes are kept.
   * @returns the group that it brought to its end by being the first of another one.
   */
  start(query: ObservedQuery, values: SlotValues): QueryGroup | undefined {
    const sequence = ++this.#sequence
    if (sequence > 1 && sequence - this.queries === 1) {
      const pause = query.askedAt - this.#settledAt
      if (pause >= awaitedMillis) this.quietMillis += pause
    }
    this.reads?.start(query, values, sequence - this.queries)
    const { shape } = query
    query.epoch = this.changes.lastOf(shape.tables)
    const known = this.#groups.of(query)
    const over = known?.isOver(query.askedAt) ? known : undefined
    const group = over === undefined && known !== undefined ? known : this.#open(query, over)
    this.#noteStatement(sequence, group?.ordinal ?? maximumGroups)
    if (group === undefined) return undefined
    query.group = group
    this.#returned?.use(group, values)
    group.start(query, values, this, sequence)
    return over
  }

  /** @param result to be read now. */
  settle(query: ObservedQuery, result: QueryResultView | undefined, reader: ResultReader): void {
    const { shape, group } = query
    this.queries++
    this.#settledAt = query.settledAt
    this.totalMillis += query.settledAt - query.startedAt
    if (query.errorCode === undefined) this.#follow(shape)
    else if (this.errors.length < maximumErrors) this.errors.push(query.errorCode)
    group?.settle(query, result)
    this.#followReads(query, result)
    if (shape.kind === 'write' && group !== undefined && result !== undefined) {
      this.#returned = group.returnedRow(result) ?? this.#returned
    }
    if (result === undefined || group === undefined || group.timing.settled > maximumProbedKeys) return
    const isRepeated = (group.variation?.probes.length ?? 0) > 0
    if (result.rows.length > 1 || (isRepeated && result.rows.length === 1)) {
      if (shape.kind === 'read' || shape.kind === 'write') {
        this.sources.add(shape, result, query.echoHash, reader)
      }
    }
  }

  /** The statements that started between two queries, as bits; exact for the latest 64 queries. */
  statementsBetween(earlier: number, later: number): number {
    let statements = 0
    for (let n = Math.max(earlier + 1, later - rememberedStatements); n < later; n++) {
      statements |= 1 << ((this.#ordinals?.[n % rememberedStatements] ?? 1) & 31)
    }
    return statements
  }

  #noteStatement(sequence: number, ordinal: number): void {
    if (this.#ordinals === undefined && ordinal === 1) return
    this.#ordinals ??= new Array<number>(Math.min(sequence, rememberedStatements)).fill(1)
    this.#ordinals[sequence % rememberedStatements] = ordinal
  }

  #followReads(query: ObservedQuery, result: QueryResultView | undefined): void {
    if (this.reads === undefined) {
      if (query.settledAt - query.startedAt < leastReadMillis) return
      this.reads = new SequentialReads()
    }
    this.reads.settle(query, result, this.#sequence - this.queries)
  }

  #open(query: ObservedQuery, over: QueryGroup | undefined): QueryGroup | undefined {
    const { length } = this.#groups.all
    if (over === undefined && length >= maximumGroups) {
      this.overlooked++
      return undefined
    }
    const group = new QueryGroup(query, this.unit, over?.ordinal ?? length + 1)
    this.#groups.add(group, over)
    if (!this.#namesMigrations) this.#namesMigrations = query.shape.tables.some(isOfMigrations)
    return group
  }

  /** Follows what the query did to tables. */
  #follow(shape: QueryShape): void {
    if (shape.kind === 'read' && !shape.isVolatile) return
    this.changes.record(shape, this.#sequence)
  }
}
