import type { ExplainMode } from '@pgspan/insights'
import { PlannedShop } from './planned-shop.js'

interface Case {
  readonly name: string
  readonly settings?: Readonly<Record<string, string>>
  readonly text: string
  readonly values?: readonly unknown[]
  readonly problem: RegExp | undefined
}

/** What each plan suffers from; the same on every version of the server, for any values and for these. */
export const planProblems: readonly Case[] = [
  {
    name: 'a filter that drops most rows of a big table',
    text: 'SELECT id FROM orders WHERE note = $1',
    values: ['canary 7'],
    problem:
      /^A sequential scan reads all of about 60,000 rows of orders to keep about [\d,]+: its filter \(note = (\$1|\?)(::text)?\) drops the others, and no index serves it\.$/,
  },
  {
    name: 'a scan without a condition',
    text: 'SELECT max(note) FROM orders',
    problem:
      /^A sequential scan reads all of about 60,000 rows of orders, as no condition narrows them down\.$/,
  },
  {
    name: 'a sort on disk',
    settings: { work_mem: '64kB' },
    text: 'SELECT id, note FROM orders ORDER BY note',
    problem: /^A sort by note of about 60,000 rows \(\d+ MB\) does not fit .* and goes to disk\.$/,
  },
  {
    name: 'a hash table on disk',
    settings: { work_mem: '64kB', enable_mergejoin: 'off', enable_nestloop: 'off' },
    text: 'SELECT count(*) FROM orders o JOIN orders p ON p.customer_id = o.tag AND p.note = o.note',
    problem: /^A hash table of about 60,000 rows \(\d+ MB\) does not fit .* and goes to disk\.$/,
  },
  {
    name: 'a nested loop over many rows',
    settings: {
      enable_hashjoin: 'off',
      enable_mergejoin: 'off',
      enable_memoize: 'off',
      enable_material: 'off',
    },
    text: 'SELECT c.name FROM orders o JOIN customers c ON c.id = o.customer_id',
    problem:
      /^A nested loop runs Index Scan using customers_pkey on customers about 60,000 times, once for each row of Seq Scan on orders\.$/,
  },
  {
    name: 'rows that were misestimated',
    text: 'SELECT id FROM orders WHERE tag = $1 AND kind = $2',
    values: [3, 3],
    problem: /^The planner expects about 1[3-6]\d rows, and 3,000 came: ANALYZE the tables, /,
  },
  { name: 'nothing', text: 'SELECT note FROM orders WHERE id = $1', values: [4711], problem: undefined },
]

/** The plan's main problem and its text; plans may only be asked for where this version knows the settings. */
export async function problemOf(
  connectionString: string,
  mode: ExplainMode,
  { text, values = [], settings = {} }: Case,
): Promise<{ readonly problem: string | undefined; readonly plan: string | undefined }> {
  const shop = new PlannedShop(connectionString, mode, settings)
  try {
    const plan = await shop.planOf(text, values)
    return { problem: plan?.problem, plan: plan?.text }
  } finally {
    await shop.close()
  }
}
