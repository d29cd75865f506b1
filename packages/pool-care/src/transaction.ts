import { setTimeout as sleep } from 'node:timers/promises'
import { CareFigures } from './care-figures.js'
import { checkOptions, type OptionCheck } from './checked-options.js'
import { backoffMillis, codeOf } from './transient-error.js'

/** What a transaction needs of a pooled client. */
export interface TransactionClient {
  query(text: string): Promise<unknown>
  release(error?: boolean): void
}

/** The clients that a pool gives. */
export type ClientOf<Pool> = Pool extends {
  connect: { (): Promise<infer Client>; (...args: never): unknown }
}
  ? Client
  : never

/** Options of {@link withTransaction}. */
export interface TransactionOptions {
  /** How often the whole of `work` is run again after a serialization failure or a deadlock. @defaultValue 3 */
  readonly retry?: number
  /** @defaultValue the session's own */
  readonly isolationLevel?: 'read committed' | 'repeatable read' | 'serializable'
  /** @defaultValue false */
  readonly readOnly?: boolean
}

const levels: readonly unknown[] = ['read committed', 'repeatable read', 'serializable']

const checks: { [Option in keyof Required<TransactionOptions>]: OptionCheck } = {
  retry: [(value) => Number.isInteger(value) && (value as number) >= 0, 'a whole number from 0'],
  isolationLevel: [(value) => levels.includes(value), `one of '${levels.join("', '")}'`],
  readOnly: [(value) => typeof value === 'boolean', 'true or false'],
}

/** Serialization failure, and deadlock: the server has undone everything, and says to try again. */
const retryable: ReadonlySet<unknown> = new Set(['40001', '40P01'])

let figures: CareFigures | undefined

/**
 * Runs `work` in a transaction on one connection of `pool`: commits when it resolves, rolls back when it rejects.
 * After a serialization failure or a deadlock the transaction has left nothing behind, and `work` runs again from its
 * beginning; so it may have no effects outside the database. An answer to `COMMIT` that was lost is never tried again:
 * it may have been committed.
 *
 * @param work gets the client, which it neither keeps nor releases.
 * @throws what `work` throws, what the server says to `COMMIT`, or the pool's error.
 */
export async function withTransaction<Pool extends { connect(): Promise<TransactionClient> }, Result>(
  pool: Pool,
  work: (client: ClientOf<Pool>) => Promise<Result>,
  options: TransactionOptions = {},
): Promise<Result> {
  checkOptions('withTransaction', options, checks)
  const { retry = 3 } = options
  for (let attempt = 1; ; attempt++) {
    try {
      return await runOnce(pool, work, beginText(options))
    } catch (error) {
      if (attempt > retry || !retryable.has(codeOf(error))) throw error
      figures ??= new CareFigures()
      figures.retried('transaction', error)
      await sleep(backoffMillis(attempt))
    }
  }
}

async function runOnce<Pool extends { connect(): Promise<TransactionClient> }, Result>(
  pool: Pool,
  work: (client: ClientOf<Pool>) => Promise<Result>,
  begin: string,
): Promise<Result> {
  const client = await pool.connect()
  let isBroken = false
  try {
    await client.query(begin)
    // The pool's own clients, as its type says.
    const result = await work(client as ClientOf<Pool>)
    await client.query('COMMIT')
    return result
  } catch (error) {
    // A connection that cannot roll back is of no use to anybody.
    await client.query('ROLLBACK').catch(() => {
      isBroken = true
    })
    throw error
  } finally {
    client.release(isBroken)
  }
}

function beginText({ isolationLevel, readOnly }: TransactionOptions): string {
  const level = isolationLevel === undefined ? '' : ` ISOLATION LEVEL ${isolationLevel.toUpperCase()}`
  return `BEGIN${level}${readOnly ? ' READ ONLY' : ''}`
}
