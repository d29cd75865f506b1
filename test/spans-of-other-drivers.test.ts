import { expect, test } from 'vitest'
import { printed, runNode } from './support/run-child.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase('CREATE TABLE customer (id int PRIMARY KEY, name text)')

/** Of those that instrument postgres.js, what they say of an error. */
const codes = { 'otel-instrumentation-postgres': 'unknown', '@sentry/node': '22012' }

test.each(Object.entries(codes))(
  'a loop over postgres.js is found in the spans of %s',
  async (instrumentation, code) => {
    const ended = await runNode(['apps/postgres-js.cjs'], {
      DATABASE_URL: database().connectionString,
      INSTRUMENTATION: instrumentation,
    })
    expect(printed(ended)).toEqual({
      spans: 13,
      findings: [['repeated_query', 'SELECT customer', 12, 'GET /orders']],
      queries: 13,
      failed: { [code]: 1 },
    })
  },
)
