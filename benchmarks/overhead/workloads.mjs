/** Queries of one request: so many share a root span, and so a unit of work. */
export const queriesPerRequest = 10

const rows = 'SELECT n, n AS id FROM generate_series(1, $1::int) AS n'

/**
 * What the application asks, by name: the text and values of the nth query of a request.
 *
 * @type {Record<string, (n: number) => [text: string, values?: unknown[]]>}
 */
export const workloads = {
  // One statement again and again, as in a loop.
  'SELECT 1': () => ['SELECT 1'],
  '10 rows by parameter': (n) => [rows, [10 + (n % 3)]],
  // Ten statements, each once, as most requests do; every other one gives 20 rows.
  'ten statements': (n) =>
    n % 2 === 0
      ? [
          `SELECT n AS id, n * 2 AS order_id, 'item ' || n AS name_${n} FROM generate_series(1, $1::int) AS n`,
          [20],
        ]
      : [`SELECT $1::int AS id, 'one' AS name_${n}`, [n]],
}

/** Each request of a workload, once, for whoever records a server's answers. */
export function questionsOf(workload) {
  return Array.from(
    { length: queriesPerRequest },
    (_, n) => (client) => client.query(...workloads[workload](n)),
  )
}
