import {
  type Observer,
  type PoolView,
  processState,
  type QueryExecution,
  type QueryShape,
} from '@pgspan/lifecycle'

const bucketMillis = 10_000
const buckets = 60
const maximumStatements = 200
/** Longer texts are not kept to be planned. */
const maximumText = 10_000

interface Row {
  readonly counts: Uint32Array
  latest: number
  example: StatementExample | undefined
}

/** An execution of a statement, to be planned: its text has its literals, and stays in this process. */
export interface StatementExample {
  readonly pool: PoolView
  readonly shape: QueryShape
  readonly text: string
}

/** How often each statement ran in the last ten minutes, in steps of ten seconds: at most 200 statements. */
export class StatementRates implements Observer {
  readonly name = 'inspector statements'
  /** In the order of their last use. */
  readonly #rows: Map<string, Row> = new Map()
  readonly #detach: () => void

  constructor() {
    this.#detach = processState().dispatcher.attach(this)
  }

  querySettled({ shape, settledAt, checkout, text, error }: QueryExecution): void {
    const bucket = Math.floor(settledAt / bucketMillis)
    const row = this.#rows.get(shape.fingerprint) ?? this.#open(shape.fingerprint, bucket)
    advance(row, bucket)
    const index = bucket % buckets
    row.counts[index] = (row.counts[index] ?? 0) + 1
    // The first serves as well as any other.
    if (row.example !== undefined || checkout === undefined || error !== undefined) return
    if (text.length <= maximumText) row.example = { pool: checkout.pool, shape, text }
  }

  /** The oldest first; undefined if the statement has not run for long. */
  ratesOf(fingerprint: string): readonly number[] | undefined {
    const row = this.#rows.get(fingerprint)
    if (row === undefined) return undefined
    const now = Math.floor(performance.now() / bucketMillis)
    advance(row, now)
    return Array.from({ length: buckets }, (_, n) => row.counts[(now + 1 + n) % buckets] ?? 0)
  }

  /** Undefined for a statement of no pool, one that never succeeded, and very long ones. */
  exampleOf(fingerprint: string): StatementExample | undefined {
    return this.#rows.get(fingerprint)?.example
  }

  close(): void {
    this.#detach()
    this.#rows.clear()
  }

  #open(fingerprint: string, bucket: number): Row {
    if (this.#rows.size >= maximumStatements) this.#forgetQuietest()
    const row = { counts: new Uint32Array(buckets), latest: bucket, example: undefined }
    this.#rows.set(fingerprint, row)
    return row
  }

  #forgetQuietest(): void {
    let quietest: string | undefined
    let latest = Number.POSITIVE_INFINITY
    for (const [fingerprint, row] of this.#rows) {
      if (row.latest >= latest) continue
      quietest = fingerprint
      latest = row.latest
    }
    if (quietest !== undefined) this.#rows.delete(quietest)
  }
}

/** Empties the steps between the row's last and this one. */
function advance(row: Row, bucket: number): void {
  const steps = Math.min(bucket - row.latest, buckets)
  for (let step = 1; step <= steps; step++) row.counts[(row.latest + step) % buckets] = 0
  if (bucket > row.latest) row.latest = bucket
}
