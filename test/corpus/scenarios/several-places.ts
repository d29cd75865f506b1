import type { Id } from '../identifiers.js'
import type { Scenario } from '../scenario.js'
import type { World } from '../world.js'

const clean = { expected: [], forbidden: ['n_plus_one', 'duplicate_query'], isFixedSize: true } as const

class Readers {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  async byId(id: Id | undefined) {
    const { rows } = await this.#world.pool.query('SELECT * FROM reader WHERE id = $1', [id])
    return rows[0]
  }
}

const authenticate = async (readers: Readers, id: Id | undefined) => (await readers.byId(id)).name
const authorize = async (readers: Readers, id: Id | undefined) => (await readers.byId(id)) !== undefined
const loadOwner = async (readers: Readers, id: Id | undefined) => (await readers.byId(id)).email
const loadAssignee = async (readers: Readers, id: Id | undefined) => (await readers.byId(id)).email
const loadReporter = async (readers: Readers, id: Id | undefined) => (await readers.byId(id)).email

/** The same statement several times, with no list behind it. */
export const severalPlaces: readonly Scenario[] = [
  {
    name: 'one finder, called from five places with five ids',
    ...clean,
    run: (world) => {
      const [session, admin, owner, assignee, reporter] = world.bookshop.readers
      const readers = new Readers(world)
      return world.unit('ticket page', async () => {
        await authenticate(readers, session)
        await authorize(readers, admin)
        await loadOwner(readers, owner)
        await loadAssignee(readers, assignee)
        await loadReporter(readers, reporter)
      })
    },
  },
  {
    name: 'one finder, called twice each from three places, with a row of another table in between',
    ...clean,
    run: (world) => {
      const ids = world.bookshop.readers.slice(10, 16)
      const readers = new Readers(world)
      return world.unit('merge page', async () => {
        await authenticate(readers, ids[0])
        await authorize(readers, ids[1])
        const { rows } = await world.pool.query('SELECT id, book_id FROM review WHERE stars = 5 LIMIT 3')
        await loadOwner(readers, ids[2])
        await world.pool.query('SELECT * FROM book WHERE id = $1', [rows[0].book_id])
        await loadAssignee(readers, ids[3])
      })
    },
  },
  {
    name: 'one finder, called from five places, for five of a team whose list was read before',
    ...clean,
    run: (world) => {
      const readers = new Readers(world)
      return world.unit('team ticket', async () => {
        const { rows } = await world.pool.query('SELECT id, name FROM reader ORDER BY name LIMIT 12')
        const [session, admin, owner, assignee, reporter] = world.random.shuffled(rows.map(({ id }) => id))
        await authenticate(readers, session)
        await authorize(readers, admin)
        await Promise.all([
          loadOwner(readers, owner), //
          loadAssignee(readers, assignee),
          loadReporter(readers, reporter),
        ])
      })
    },
  },
  {
    name: 'four items',
    ...clean,
    run: (world) =>
      world.unit('four authors', async () => {
        const { rows } = await world.pool.query('SELECT id FROM author ORDER BY name LIMIT 4')
        for (const { id } of rows) await world.pool.query('SELECT * FROM book WHERE author_id = $1', [id])
      }),
  },
  {
    name: 'a dashboard of eight aggregates',
    ...clean,
    run: (world) =>
      world.unit('dashboard', async () => {
        const aggregates = [
          'count(*)',
          'avg(stars)',
          'max(stars)',
          'min(stars)',
          'sum(stars)',
          'stddev(stars)',
        ]
        await Promise.all(aggregates.map((what) => world.pool.query(`SELECT ${what} AS value FROM review`)))
        await Promise.all(
          ['author', 'reader'].map((table) => world.pool.query(`SELECT count(*) FROM ${table}`)),
        )
      }),
  },
  {
    name: 'a form that checks six columns for uniqueness',
    ...clean,
    seed: (seeder) =>
      seeder.table(
        'account',
        'id ID PRIMARY KEY, login text, mail text, phone text, nick text, vat text, iban text',
      ),
    run: (world) =>
      world.unit('sign up', async () => {
        for (const column of ['login', 'mail', 'phone', 'nick', 'vat', 'iban']) {
          await world.pool.query(`SELECT 1 FROM account WHERE ${column} = $1 LIMIT 1`, [`some ${column}`])
        }
      }),
  },
  {
    name: 'a free slug is looked for',
    ...clean,
    seed: (seeder) => {
      const rows = ['', '-2', '-3', '-4', '-5', '-6'].map((end) => [`my-page${end}`])
      return seeder.table('page', 'slug text PRIMARY KEY', rows)
    },
    run: (world) =>
      world.unit('new page', async () => {
        for (let n = 1; ; n++) {
          const slug = n === 1 ? 'my-page' : `my-page-${n}`
          const { rows } = await world.pool.query('SELECT 1 FROM page WHERE slug = $1', [slug])
          if (rows.length === 0) return
        }
      }),
  },
  {
    name: 'a fallback through locales until there is a text',
    ...clean,
    seed: (seeder) => seeder.table('translation', 'locale text, msg text', [['en', 'Hello']]),
    run: (world) =>
      world.unit('translation', async () => {
        for (const locale of ['de-AT', 'de-CH', 'de', 'fr-CH', 'fr', 'en']) {
          const { rows } = await world.pool.query('SELECT msg FROM translation WHERE locale = $1', [locale])
          if (rows.length > 0) return
        }
      }),
  },
  {
    name: 'a loop that its author declared to be meant, in a comment',
    ...clean,
    run: (world) =>
      world.unit('warm-up', async () => {
        const { rows } = await world.pool.query('SELECT id FROM author ORDER BY name LIMIT 12')
        for (const { id } of rows) {
          await world.pool.query('/* pgspan:ignore n_plus_one */ SELECT * FROM book WHERE author_id = $1', [
            id,
          ])
        }
      }),
  },
]
