import { createInsights, type ExplainMode, type FindingPlan, type Insights } from '@pgspan/insights'
import { loadPg } from './load-pg.js'

/** Tables in which each thing that a plan can suffer from happens. */
export const plannedShop = `
  CREATE TABLE orders (id int PRIMARY KEY, customer_id int, note text, tag int, kind int);
  INSERT INTO orders SELECT n, n % 5000, 'note ' || n, n % 20, n % 20 FROM generate_series(1, 60000) AS n;
  CREATE INDEX ON orders (tag, kind);
  CREATE TABLE customers (id int PRIMARY KEY, name text);
  INSERT INTO customers SELECT n, 'customer ' || n FROM generate_series(1, 5000) AS n;
  CREATE TABLE bumps (n int);
  CREATE FUNCTION bump() RETURNS int LANGUAGE sql AS 'INSERT INTO bumps VALUES (1) RETURNING n';
  ANALYZE;`

/** An application for which every query is slow, and which asks for plans. */
export class PlannedShop {
  readonly insights: Insights
  readonly pool: InstanceType<ReturnType<typeof loadPg>['Pool']>
  readonly #detach: () => void

  /** @param settings of the server, for this application's sessions. */
  constructor(
    connectionString: string,
    explain: ExplainMode,
    settings: Readonly<Record<string, string>> = {},
  ) {
    const options = Object.entries({ max_parallel_workers_per_gather: '0', ...settings })
    this.insights = createInsights({ explain, slowQueryMillis: 0.001 })
    this.#detach = this.insights.attach()
    const { Pool } = loadPg()
    this.pool = new Pool({
      connectionString,
      max: 1,
      options: options.map(([name, value]) => `-c ${name}=${value}`).join(' '),
    })
  }

  /** Runs a statement, and waits for its plan; undefined if none was asked for. */
  async planOf(text: string, values: readonly unknown[] = []): Promise<FindingPlan | undefined> {
    const before = this.#settled
    await this.pool.query(text, [...values])
    for (let n = 0; n < 500 && this.#settled === before; n++)
      await new Promise((done) => setTimeout(done, 10))
    return this.insights.findings()[0]?.plan
  }

  get #settled(): number {
    const { captured, failed, skipped } = this.insights.statistics().plans
    return captured + failed + skipped
  }

  async close(): Promise<void> {
    this.#detach()
    this.insights.close()
    await this.pool.end()
  }
}
