// First, as what an application loads with `node --import`.
import './support/observation.js'
import { PrismaPg } from '@prisma/adapter-pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'
import { linesOf } from './support/lines-of.js'
import { expectOfTwentyRequests, findings, places, request } from './support/observation.js'
import { people } from './support/people.js'
import { generatePrismaClient } from './support/prisma-client.js'

interface Person {
  readonly id: number
  readonly name: string
}

/** What these tests use of the client; its own types exist only once it is generated. */
interface Models {
  readonly person: {
    findUnique(query: object): Promise<Person | null>
    findMany(query?: object): Promise<Person[]>
    create(query: object): Promise<Person>
  }
  readonly purchase: {
    findMany(query: object): Promise<{ readonly personId: number }[]>
    count(query?: object): Promise<number>
  }
  $queryRawUnsafe(text: string): Promise<unknown>
}
interface Client extends Models {
  $transaction<Result>(work: (tx: Models) => Promise<Result>): Promise<Result>
  $transaction(queries: Promise<unknown>[]): Promise<unknown[]>
  $disconnect(): Promise<void>
}

/** A row that Prisma can read; `pg_sleep` by itself gives `void`. */
const slowSql = 'SELECT 1 FROM pg_sleep(0.15)'

const lineOf = linesOf(import.meta.url)
const database = useTestDatabase(people)
let prisma: Client

beforeAll(async () => {
  const { PrismaClient } = await import(await generatePrismaClient())
  const adapter = new PrismaPg({ connectionString: database().connectionString, max: 3 })
  prisma = new PrismaClient({ adapter })
})
afterAll(() => prisma.$disconnect())

describe('Prisma', () => {
  test('a find makes one span', async () => {
    const { result, queries } = await request(() => prisma.person.findUnique({ where: { id: 7 } }))
    expect(result).toEqual({ id: 7, name: 'person 7' })
    expect(queries).toEqual(['SELECT "public"."person"'])
  })

  test('a find with a relation makes a span of each query that Prisma makes of it', async () => {
    const { result, queries } = await request(() =>
      prisma.person.findMany({ where: { id: 1 }, include: { purchases: { select: { id: true } } } }),
    )
    expect(result).toEqual([{ id: 1, name: 'person 1', purchases: [{ id: 12 }, { id: 24 }] }])
    expect(queries).toEqual(['SELECT "public"."person"', 'SELECT "public"."purchase"'])
  })

  test('a transaction that commits makes a span of each statement', async () => {
    const { result, queries } = await request(() =>
      prisma.$transaction(async (tx) => {
        await tx.person.create({ data: { id: 100, name: 'new' } })
        return tx.person.findMany({ where: { id: 100 } })
      }),
    )
    expect(result).toEqual([{ id: 100, name: 'new' }])
    const statements = ['BEGIN', 'INSERT "public"."person"', 'SELECT "public"."person"', 'COMMIT']
    expect(queries).toEqual(statements)
  })

  test('a list of queries in one transaction makes a span of each', async () => {
    const { queries } = await request(() =>
      prisma.$transaction([prisma.person.findMany(), prisma.purchase.findMany({ take: 1 })]),
    )
    expect(queries).toEqual(['BEGIN', 'SELECT "public"."person"', 'SELECT "public"."purchase"', 'COMMIT'])
  })

  test('a transaction that fails is rolled back, and its error is Prisma’s own', async () => {
    const { error, queries } = await request(() =>
      prisma.$transaction((tx) => tx.person.create({ data: { id: 1, name: 'again' } })),
    )
    expect(error).toMatchObject({
      name: 'PrismaClientKnownRequestError',
      code: 'P2002',
      meta: { modelName: 'Person', driverAdapterError: { cause: { originalCode: '23505' } } },
    })
    expect(queries).toEqual(['BEGIN', 'INSERT "public"."person" failed: 23505', 'ROLLBACK'])
  })

  test('twenty requests on three connections keep their spans apart', async () => {
    const queries = ['SELECT "public"."person"', 'SELECT SELECT "public"."purchase"']
    const results = await expectOfTwentyRequests(queries, async (number) => {
      const id = 1 + (number % 12)
      const [found] = await prisma.person.findMany({ where: { id } })
      return [id, found?.id, await prisma.purchase.count({ where: { personId: id } })]
    })
    for (const result of results) expect(result).toEqual([result?.[0], result?.[0], 2])
  })

  test('twenty transactions on three connections keep their spans apart', async () => {
    await expectOfTwentyRequests(['BEGIN', 'SELECT "public"."person"', 'COMMIT'], (number) =>
      prisma.$transaction((tx) => tx.person.findUnique({ where: { id: number } })),
    )
  })

  test('twenty requests that find one row each at once share the one span of the query that Prisma makes of them', async () => {
    const finds = Array.from({ length: 20 }, (_, id) =>
      request(() => prisma.person.findUnique({ where: { id } })),
    )
    const outcomes = await Promise.all(finds)
    expect(outcomes.map(({ result }) => result?.id)).toEqual(
      outcomes.map((_, id) => (id >= 1 && id <= 12 ? id : undefined)),
    )
    expect(outcomes.flatMap(({ queries }) => queries)).toEqual(['SELECT "public"."person"'])
  })

  test('a slow query is found at the line that awaits it', async () => {
    async function loadSlowly() {
      await prisma.$queryRawUnsafe(slowSql) // ← slow
    }
    await request(loadSlowly)
    expect(places('slow_query')).toEqual([{ ...lineOf('slow'), functionName: 'loadSlowly' }])
  })

  test('a loop of finds is a proven N+1, with its line and Prisma’s fix', async () => {
    async function loadBuyers() {
      const purchases = await prisma.purchase.findMany({ take: 8 })
      for (const { personId } of purchases) await prisma.person.findMany({ where: { id: personId } }) // ← loop
    }
    await request(loadBuyers)
    expect(places('n_plus_one')).toEqual([{ ...lineOf('loop'), functionName: 'loadBuyers' }])
    expect(findings('n_plus_one')).toMatchObject([
      { tier: 'proven', fix: expect.stringContaining('findUnique') },
    ])
  })

  test('a slow query of a transaction is found at its line, through Prisma’s queue', async () => {
    await request(() =>
      prisma.$transaction(async function work(tx) {
        await tx.$queryRawUnsafe(slowSql) // ← slow in transaction
      }),
    )
    expect(places('slow_query')).toEqual([{ ...lineOf('slow in transaction'), functionName: 'work' }])
  })

  test('a loop of findUnique is a proven N+1 with its line, through Prisma’s queue', async () => {
    async function loadBuyers() {
      const purchases = await prisma.purchase.findMany({ take: 8 })
      for (const { personId } of purchases) await prisma.person.findUnique({ where: { id: personId } }) // ← unique
    }
    await request(loadBuyers)
    expect(findings('n_plus_one')).toMatchObject([{ tier: 'proven' }])
    expect(places('n_plus_one')).toEqual([{ ...lineOf('unique'), functionName: 'loadBuyers' }])
  })
})
