import type { FindingKind } from '@pgspan/insights'

/** Each way that a fix text offers, done for real; transactions run what they are given. */
export interface Advised {
  readonly n_plus_one?: readonly Way[]
  readonly write_loop?: readonly Way[]
  readonly autocommit_loop?: readonly Transaction[]
  readonly transaction_left_open?: readonly Transaction[]
  readonly large_result?: readonly Way[]
  readonly unbounded_select?: readonly Way[]
}
export type AdvisedKind = keyof Advised & FindingKind
/** Returns the rows that it loaded. */
export type Way = () => Promise<unknown>
/** Makes two queries, and ends with what `end` does. */
export type Transaction = (end: () => void) => Promise<unknown>

/** The people whose purchases are looked for. */
export const ids: readonly number[] = [1, 2, 3, 4, 5, 6]

let lastId = 1_000
/** Five rows that are new. */
export function newRows(): { id: number; name: string }[] {
  return Array.from({ length: 5 }, () => ({ id: ++lastId, name: `new ${lastId}` }))
}

/** What a stream of a library gives. */
export async function rowsOf(
  stream: AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>,
): Promise<unknown[]> {
  const rows: unknown[] = []
  for await (const row of await stream) rows.push(row)
  return rows
}
