import type { Checkout, Observer, QueryExecution, UnitOfWork } from '@pgspan/lifecycle'
import { RequestFigures } from './request-figures.js'

/** Adds up what each HTTP request does; figures live as long as their request. */
export class RequestObserver implements Observer {
  readonly name = 'http headers'
  readonly #figures: WeakMap<UnitOfWork, RequestFigures> = new WeakMap()

  /** Undefined for a request that began before this was attached. */
  figuresOf(unit: UnitOfWork): RequestFigures | undefined {
    return this.#figures.get(unit)
  }

  requestStarted(unit: UnitOfWork): void {
    this.#figures.set(unit, new RequestFigures(unit.startedAt))
  }

  queryStarted({ unitOfWork, startedAt }: QueryExecution): void {
    const figures = this.#of(unitOfWork)
    if (figures === undefined) return
    figures.queries++
    figures.querying.enter(startedAt)
    figures.occupied.enter(startedAt)
  }

  querySettled(query: QueryExecution): void {
    const figures = this.#of(query.unitOfWork)
    if (figures === undefined) return
    const { settledAt, firstRowAt, executionMillis } = query
    figures.querying.leave(settledAt)
    figures.occupied.leave(settledAt)
    figures.queueMillis += query.queueMillis
    const rowsMillis =
      firstRowAt === 0 ? 0 : Math.min(executionMillis, settledAt - firstRowAt - query.consumerMillis)
    figures.rowsMillis += Math.max(0, rowsMillis)
    figures.executeMillis += executionMillis - Math.max(0, rowsMillis)
  }

  checkoutRequested({ unitOfWork, requestedAt }: Checkout): void {
    const figures = this.#of(unitOfWork)
    figures?.waiting.enter(requestedAt)
    figures?.occupied.enter(requestedAt)
  }

  checkoutSettled({ unitOfWork, path, waitMillis, requestedAt }: Checkout): void {
    const figures = this.#of(unitOfWork)
    if (figures === undefined) return
    figures.waiting.leave(requestedAt + waitMillis)
    figures.occupied.leave(requestedAt + waitMillis)
    if (path === 'create') figures.connectMillis += waitMillis
    else figures.poolWaitMillis += waitMillis
  }

  /** Jobs and traces have no headers; a job inside a request is not the request's. */
  #of(unit: UnitOfWork | undefined): RequestFigures | undefined {
    return unit?.kind === 'http' ? this.#figures.get(unit) : undefined
  }
}
