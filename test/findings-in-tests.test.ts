import { expectNoFindings } from '@pgspan/testing'
import { describe, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase(
  'CREATE TABLE reading (id int); INSERT INTO reading SELECT generate_series(1, 500000)',
)
const slow = 'SELECT count(*) FROM reading WHERE id = $1'

/** Equal reads, which take some time each. */
async function readAgain(times: number): Promise<void> {
  const client = new (loadPg().Client)({ connectionString: database().connectionString })
  await client.connect()
  try {
    for (let i = 0; i < times; i++) await client.query(slow, [2])
  } finally {
    await client.end()
  }
}

describe('expectNoFindings', () => {
  test('does not fail by how long a few equal reads take', async () => {
    await expectNoFindings(() => readAgain(4))
  })

  test('fails by how often they are made', async () => {
    await expect(expectNoFindings(() => readAgain(20))).rejects.toThrow('asked for the same 20 times')
  })
})
