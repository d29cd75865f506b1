import { describe, expect, test } from 'vitest'
import { people } from './libraries/support/people.js'
import { useTestDatabase } from './support/test-database.js'
import { traceUnits } from './support/trace-units.js'

const database = useTestDatabase(people)

describe.each([
  ['ours', 'n_plus_one', ['context_loss 5 late children']],
  ['upstream', 'repeated_query', []],
])('spans of %s', (driver, loop, lost) => {
  test('are judged in the request or message that they belong to, whatever their trace looks like', async () => {
    const names = ['late children', 'parallel requests', 'a message each', 'a message for all']
    const { seconds: _, ...outcome } = await traceUnits(database().connectionString, driver, names)
    expect(outcome).toEqual({
      // What comes after the end is counted, and belongs to nobody; the driver's own feed knows whose it was.
      'late children': { queries: 13, found: [`${loop} 7 late children`, ...lost] },
      'parallel requests': { queries: 13, found: [] },
      'a message each': { queries: 12, found: [] },
      'a message for all': { queries: 13, found: [`${loop} 12 process all`] },
    })
  })
})
