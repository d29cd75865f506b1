import { eq } from 'drizzle-orm'
import type { Id } from '../identifiers.js'
import type { Scenario } from '../scenario.js'
import type { World } from '../world.js'

type Finder = (id: Id | undefined) => Promise<unknown>

const authenticate = async (find: Finder, id: Id | undefined) => (await find(id)) !== null
const authorize = async (find: Finder, id: Id | undefined) => {
  const found = await find(id)
  if (found === undefined) throw new Error('nobody')
}
const loadOwner = async (find: Finder, id: Id | undefined) => {
  const owner = await find(id)
  return { owner }
}
const loadAssignee = async (find: Finder, id: Id | undefined) => {
  const assignee = await find(id)
  return { assignee }
}
const loadReporter = async (find: Finder, id: Id | undefined) => {
  const reporter = await find(id)
  return { reporter }
}
const loadWatcher = async (find: Finder, id: Id | undefined) => {
  const watcher = await find(id)
  return { watcher }
}

/** A page that needs six people, each for another reason, by one finder. */
async function ticketPage(world: World, find: Finder): Promise<void> {
  const [session, admin, owner, assignee, reporter, watcher] = world.random.shuffled(world.bookshop.readers)
  await world.unit('ticket by library', async () => {
    await authenticate(find, session)
    await authorize(find, admin)
    await loadOwner(find, owner)
    await loadAssignee(find, assignee)
    await loadReporter(find, reporter)
    await loadWatcher(find, watcher)
  })
}

const clean = { expected: [], forbidden: ['n_plus_one', 'duplicate_query'], isFixedSize: true } as const

export const findersOfLibraries: readonly Scenario[] = [
  {
    name: 'Drizzle: a finder from six places',
    ...clean,
    run: async (world) => {
      const { db, reader } = await world.libraries.drizzle()
      const find: Finder = async (id) =>
        (
          await db
            .select()
            .from(reader)
            .where(eq(reader.id, id as string))
        )[0]
      await ticketPage(world, find)
    },
  },
  {
    name: 'Kysely: a finder from six places',
    ...clean,
    run: async (world) => {
      const { db } = await world.libraries.kysely()
      const find: Finder = async (id) =>
        await db
          .selectFrom('reader')
          .selectAll()
          .where('id', '=', id as Id)
          .executeTakeFirst()
      await ticketPage(world, find)
    },
  },
  {
    name: 'Knex: a finder from six places',
    ...clean,
    run: async (world) => {
      const { db } = await world.libraries.knex()
      const find: Finder = async (id) => await db('reader').where({ id }).first()
      await ticketPage(world, find)
    },
  },
  {
    name: 'Sequelize: a finder from six places',
    ...clean,
    run: async (world) => {
      const { Reader } = await world.libraries.sequelize()
      const find: Finder = async (id) => await Reader.findByPk(id as Id)
      await ticketPage(world, find)
    },
  },
  {
    name: 'TypeORM: a finder from six places',
    ...clean,
    run: async (world) => {
      const { readers } = await world.libraries.typeorm()
      const find: Finder = async (id) => await readers.findOneBy({ id: id as Id })
      await ticketPage(world, find)
    },
  },
  {
    name: 'Prisma: a finder from six places',
    ...clean,
    run: async (world) => {
      const { prisma } = await world.libraries.prisma()
      const idOf = (id: Id | undefined) => (world.variant.idType === 'bigint' ? BigInt(id ?? 0) : id)
      const find: Finder = async (id) => await prisma.reader.findFirst({ where: { id: idOf(id) } })
      await ticketPage(world, find)
    },
  },
  {
    name: 'a finder with a callback, from six places',
    ...clean,
    run: async (world) => {
      const find: Finder = (id) =>
        new Promise((resolve, reject) => {
          world.pool.query('SELECT name FROM reader WHERE id = $1', [id], (error, result) =>
            error ? reject(error) : resolve(result.rows[0]),
          )
        })
      await ticketPage(world, find)
    },
  },
]
