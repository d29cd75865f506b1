import type { Attributes } from '@opentelemetry/api'
import { attributes as names, targetAttributes } from '@pgspan/conventions'
import type { DatabaseTarget, QueryExecution, QueryShape } from '@pgspan/lifecycle'
import { BoundedValues } from './bounded-values.js'
import { ByTarget } from './by-target.js'

/** More summaries than this on one process's metrics are counted together, as `_OTHER`. */
export const maximumSummaries = 200

/** What the metrics of queries tell them apart by: where they go, and their summary. */
export class QueryAttributes {
  readonly #summaries: BoundedValues = new BoundedValues(maximumSummaries)
  readonly #attributes: ByTarget<QueryShape, Attributes> = new ByTarget(1_000, (target, shape) =>
    this.#make(target, shape),
  )

  /** The same frozen object each time, so that an aggregation may know it by its identity. */
  of({ connection, shape }: QueryExecution): Attributes {
    return this.#attributes.get(connection.target, shape)
  }

  #make(target: DatabaseTarget, shape: QueryShape): Attributes {
    return Object.freeze({
      ...targetAttributes(target),
      [names.dbQuerySummary]: this.#summaries.take(shape.summary),
    })
  }
}
