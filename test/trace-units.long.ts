import { expect, test } from 'vitest'
import { people } from './libraries/support/people.js'
import { useTestDatabase } from './support/test-database.js'
import { traceUnits } from './support/trace-units.js'

const database = useTestDatabase(people)

test.each([
  ['ours', 'n_plus_one'],
  ['upstream', 'repeated_query'],
])(
  'what is found under a root span that never ends is told within ten seconds: spans of %s',
  async (driver, loop) => {
    const { seconds, ...outcome } = await traceUnits(database().connectionString, driver, ['endless root'])
    expect(outcome).toEqual({ 'endless root': { queries: 13, found: [`${loop} 12 worker`] } })
    // The sweeper comes every five seconds, on a machine that may be busy.
    expect(seconds).toBeLessThan(15)
  },
)
