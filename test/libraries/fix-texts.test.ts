// First, as what an application loads with `node --import`.
import './support/observation.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { everyAdvice } from '../../packages/insights/src/fixes/library-advice.js'
import { useTestDatabase } from '../support/test-database.js'
import type { Advised, AdvisedKind, Transaction, Way } from './support/advised.js'
import { openDrizzle, openKnex, openKysely, openObjection } from './support/advised-builders.js'
import {
  openDataLoader,
  openMikroOrm,
  openPrisma,
  openSequelize,
  openTypeorm,
} from './support/advised-orms.js'
import { request } from './support/observation.js'
import { people } from './support/people.js'

const database = useTestDatabase(people)
const openers = {
  'drizzle-orm': openDrizzle,
  kysely: openKysely,
  knex: openKnex,
  objection: openObjection,
  typeorm: openTypeorm,
  sequelize: openSequelize,
  '@mikro-orm/': openMikroOrm,
  '@prisma/': openPrisma,
  dataloader: openDataLoader,
} as const
const advice = [...everyAdvice()]

test('every library that has advice is tried', () => {
  expect([...new Set(advice.map(([library]) => library))]).toEqual(Object.keys(openers))
})

describe.each(Object.entries(openers))('%s', (library, open) => {
  let advised: Advised
  let close: () => Promise<unknown>
  beforeAll(async () => {
    const opened = await open(database().connectionString)
    advised = opened.advised
    close = opened.close
  })
  afterAll(() => close())
  const own = advice.filter(([name]) => name === library) as [string, AdvisedKind, string][]

  test.each(own)('%s is told for %s what was tried here', (_, kind, text) => {
    const sources = (advised[kind] ?? []).map(String).join('\n')
    for (const name of namesIn(text)) expect(sources).toContain(name)
  })

  test.each(own.filter(([, kind]) => kind === 'n_plus_one'))(
    '%s loads all in two queries at most',
    async () => {
      for (const load of ways('n_plus_one')) {
        // The first time, some ask the catalogue what their tables look like.
        await load()
        const { error, result, queries } = await request(load)
        expect(error).toBeUndefined()
        expect(result).not.toHaveLength(0)
        expect(queries.length).toBeLessThanOrEqual(2)
      }
    },
  )

  test.each(own.filter(([, kind]) => kind === 'write_loop'))('%s writes all in one statement', async () => {
    for (const write of ways('write_loop')) {
      const { error, queries } = await request(write)
      expect(error).toBeUndefined()
      expect(queries.filter((query) => /^(INSERT|UPDATE)/i.test(query))).toHaveLength(1)
    }
  })

  test.each(own.filter(([, kind]) => kind === 'autocommit_loop'))('%s commits once', async () => {
    for (const transaction of (advised.autocommit_loop ?? []) as Transaction[]) {
      const { queries } = await request(() => transaction(() => {}))
      expect(queries.at(0)).toMatch(/^(BEGIN|START)/i)
      expect(queries.length).toBeGreaterThanOrEqual(4)
      expect(queries.filter((query) => /^commit$/i.test(query))).toEqual([queries.at(-1)])
    }
  })

  test.each(own.filter(([, kind]) => kind === 'transaction_left_open'))(
    '%s rolls back what fails',
    async () => {
      for (const transaction of (advised.transaction_left_open ?? []) as Transaction[]) {
        const fail = (): never => {
          throw new Error('no')
        }
        const { error, queries } = await request(() => transaction(fail))
        expect(error).toMatchObject({ message: 'no' })
        expect(queries.at(-1)).toMatch(/^rollback$/i)
      }
    },
  )

  test.each(own.filter(([, kind]) => kind === 'large_result' || kind === 'unbounded_select'))(
    '%s reads a few of the rows: %s',
    async (_, kind) => {
      for (const read of ways(kind)) expect((await request(read)).result).toHaveLength(3)
    },
  )

  function ways(kind: AdvisedKind): readonly Way[] {
    return (advised[kind] ?? []) as readonly Way[]
  }
})

/** Methods, options and classes in what stands in backticks, without the reader's own names. */
function namesIn(text: string): readonly string[] {
  const pieces = [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')
  const named = pieces.flatMap((piece) =>
    [...piece.matchAll(/[$\w]+(?=\(|:)|^[$\w]+$/g)].map(([name]) => name),
  )
  const readers = ['async', 'knex', 'save', 'DataLoader']
  return named.filter((name) => !readers.includes(name))
}
