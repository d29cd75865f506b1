import { type Checkout, endedUnitOfWork, type QueryExecution, type UnitOfWork } from '@pgspan/lifecycle'
import type { ObservedQuery } from './observed-query.js'

/** Notices queries whose asynchronous context does not fit: of a unit that has ended, or of another than the holder's. */
export class ContextChecks {
  /** The ended units of callers of `pool.query`, whose query is made later and in a context of its own. */
  readonly #ended: WeakMap<Checkout, UnitOfWork> = new WeakMap()

  /** To be called while the caller's code runs. */
  checkoutRequested(checkout: Checkout): void {
    if (checkout.unitOfWork !== undefined) return
    const ended = endedUnitOfWork(checkout.callerContext)
    if (ended !== undefined) this.#ended.set(checkout, ended)
  }

  /** To be called while the caller's code runs. Costs two comparisons for a query that fits. */
  queryStarted(observed: ObservedQuery, { unitOfWork, checkout, callerContext }: QueryExecution): void {
    if (unitOfWork === undefined) {
      const ofPool = checkout?.forSingleQuery ? checkout : undefined
      observed.endedUnit = ofPool === undefined ? endedUnitOfWork(callerContext) : this.#ended.get(ofPool)
      return
    }
    const holder = checkout?.unitOfWork
    if (holder === unitOfWork || holder === undefined || holder.ended) return
    if (!isWithin(unitOfWork, holder) && !isWithin(holder, unitOfWork)) observed.holder = holder
  }
}

function isWithin(unit: UnitOfWork, around: UnitOfWork): boolean {
  for (let outer = unit.outer; outer !== undefined; outer = outer.outer) if (outer === around) return true
  return false
}
