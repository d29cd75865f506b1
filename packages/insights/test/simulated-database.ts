import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import {
  type AcquirePath,
  type CallSite,
  Checkout,
  Connection,
  type DatabaseTarget,
  Dispatcher,
  type Observer,
  PoolView,
  processState,
  QueryExecution,
  type QueryResultView,
  type UnitOfWork,
} from '@pgspan/lifecycle'
import { QueryShapeCache } from '@pgspan/query-text'
import { vi } from 'vitest'

export type Row = Readonly<Record<string, unknown>>

/** How a simulated query goes; everything is optional. */
export interface Conditions {
  unit?: UnitOfWork | undefined
  context?: Context
  rows?: readonly Row[]
  /** From the call to the settlement. */
  millis?: number
  /** Of these, before the client sends it. */
  queueMillis?: number
  /** How many queries of the client were before it. */
  queuedBehind?: number
  /** In all that takes time here, the event loop is blocked for so long. */
  stallMillis?: number
  consumerMillis?: number
  /** Of a write; otherwise that of {@link rows}. */
  rowCount?: number
  /** Its reader takes the rows as they come. */
  isSubmittable?: boolean
  error?: unknown
  site?: CallSite
  connection?: Connection
  checkout?: Checkout
  /** Between the last thing that happened and the call. */
  pauseMillis?: number
}

export interface CheckoutConditions extends Conditions {
  timedOut?: boolean
  path?: AcquirePath
  forSingleQuery?: boolean
}

/** Queries that never reach a server, through the real dispatcher, with a clock that is set by hand. */
export class SimulatedDatabase {
  readonly dispatcher: Dispatcher = new Dispatcher()
  readonly shapes: QueryShapeCache = new QueryShapeCache()
  readonly target: DatabaseTarget = {
    namespace: 'shop',
    address: 'localhost',
    port: 5432,
    user: 'app',
  }
  readonly connection: Connection = new Connection(1, this.target)
  readonly pool: PoolView = new PoolView('shop', this.target, () => ({
    total: 10,
    idle: 0,
    limit: 10,
    idleMinimum: 0,
  }))
  /** Where queries run that do not say it. */
  unit: UnitOfWork | undefined = undefined
  stallMillis = 0
  #now = 1_000
  #connections = 1

  constructor(...observers: Observer[]) {
    for (const observer of observers) this.dispatcher.attach(observer)
    vi.spyOn(performance, 'now').mockImplementation(() => this.#now)
    vi.spyOn(processState().loopStalls, 'blockedBetween').mockImplementation(() => this.stallMillis)
  }

  get now(): number {
    return this.#now
  }

  anotherConnection(): Connection {
    return new Connection(++this.#connections, this.target)
  }

  wait(millis: number): void {
    this.#now += millis
  }

  /** One query from its start to its settlement. Call sites that were asked for are answered before it returns. */
  query(text: string, values?: readonly unknown[], conditions: Conditions = {}): void {
    this.settle(this.start(text, values, conditions), conditions)
  }

  start(text: string, values?: readonly unknown[], conditions: Conditions = {}): SimulatedQuery {
    this.wait(conditions.pauseMillis ?? 0.1)
    const query = new SimulatedQuery(
      conditions.context ?? ROOT_CONTEXT,
      'unit' in conditions ? conditions.unit : this.unit,
      conditions.connection ?? this.connection,
      conditions.checkout,
      this.shapes.shapeOf(text),
      undefined,
      conditions.isSubmittable ?? false,
      this.#now,
    )
    query.text = text
    query.queuedBehind = conditions.queuedBehind ?? 0
    if (conditions.checkout?.firstQueryAt === 0) conditions.checkout.firstQueryAt = this.#now
    this.dispatcher.queryStarted(query, values)
    query.sentAt = this.#now + (conditions.queueMillis ?? 0)
    return query
  }

  settle(query: SimulatedQuery, conditions: Conditions = {}): void {
    this.wait(conditions.millis ?? 1)
    const { rows } = conditions
    this.stallMillis = conditions.stallMillis ?? 0
    query.consumerMillis = conditions.consumerMillis ?? 0
    query.rowCount = conditions.rowCount ?? rows?.length ?? (query.shape.kind === 'write' ? 1 : 0)
    this.dispatcher.settleQuery(query, conditions.error, conditions.error ? undefined : resultOf(rows ?? []))
    this.stallMillis = 0
    query.answer(conditions.site)
  }

  /** All at once, as `Promise.all` does: every query starts before the first one settles. */
  queryAll(text: string, values: readonly (readonly unknown[])[], conditions: Conditions = {}): void {
    const queries = values.map((one) => this.start(text, one, conditions))
    for (const query of queries) this.settle(query, conditions)
  }

  checkOut(waitMillis: number, conditions: CheckoutConditions = {}): Checkout {
    const checkout = this.requestCheckout(conditions)
    this.wait(waitMillis)
    this.answer(checkout, conditions)
    return checkout
  }

  requestCheckout(conditions: CheckoutConditions = {}): Checkout {
    const checkout = new Checkout(
      this.pool,
      conditions.context ?? ROOT_CONTEXT,
      'unit' in conditions ? conditions.unit : this.unit,
      conditions.forSingleQuery ?? true,
      conditions.path ?? 'queue',
      this.#now,
    )
    this.dispatcher.checkoutRequested(checkout)
    return checkout
  }

  answer(checkout: Checkout, conditions: CheckoutConditions = {}): void {
    this.stallMillis = conditions.stallMillis ?? 0
    if (conditions.timedOut) {
      checkout.timedOut = true
      this.dispatcher.failCheckout(checkout, new Error('timeout'))
    } else this.dispatcher.acquireCheckout(checkout, conditions.connection ?? this.connection)
    this.stallMillis = 0
  }

  /** @param error given as the reason to close the connection. */
  release(checkout: Checkout, error?: unknown): void {
    this.dispatcher.releaseCheckout(checkout, error)
  }
}

/** A query whose call site is told when the test says so. */
export class SimulatedQuery extends QueryExecution {
  asked = 0
  #listeners: ((site: CallSite | undefined) => void)[] = []

  override requestCallSite(listener: (site: CallSite | undefined) => void): void {
    this.asked++
    this.#listeners.push(listener)
  }

  answer(site: CallSite | undefined): void {
    const listeners = this.#listeners
    this.#listeners = []
    for (const listener of listeners) listener(site)
  }
}

/** A line of the application. */
export function siteAt(functionName: string, line = 10, library?: string): CallSite {
  return { file: 'src/orders.ts', line, column: 5, functionName, library }
}

/** Rows with one column. */
export function column(name: string, values: readonly unknown[]): Row[] {
  return values.map((value) => ({ [name]: value }))
}

function resultOf(rows: readonly Row[]): QueryResultView {
  const fields = Object.entries(rows[0] ?? {}).map(([name, value]) => ({ name, dataTypeID: typeOf(value) }))
  return { rows, fields }
}

function typeOf(value: unknown): number {
  if (typeof value === 'number') return 23
  if (value instanceof Date) return 1184
  if (typeof value !== 'string') return 114
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-/.test(value)) return 2950
  return /^\d{1,19}$/.test(value) ? 20 : 25
}
