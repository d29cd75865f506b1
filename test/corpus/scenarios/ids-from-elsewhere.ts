import type { Scenario } from '../scenario.js'

/** Loops over what no query of the unit of work returned: real loops, but nobody may name a source. */
export const idsFromElsewhere: readonly Scenario[] = [
  {
    name: 'ids from the body of a request',
    expected: [{ kind: 'n_plus_one', tiers: ['strong'], column: null }],
    run: (world) => {
      const body = world.random.shuffled(world.bookshop.books).slice(0, world.n)
      return world.unit('cart', async () => {
        for (const id of body) await world.pool.query('SELECT title, price FROM book WHERE id = $1', [id])
      })
    },
  },
  {
    name: 'ids from another service, all at once',
    expected: [{ kind: 'n_plus_one', tiers: ['strong'], column: null }],
    run: (world) => {
      const answer = world.random.shuffled(world.bookshop.readers).slice(0, world.n)
      return world.unit('recommendations', async () => {
        await world.sleep(1)
        await Promise.all(answer.map((id) => world.pool.query('SELECT name FROM reader WHERE id = $1', [id])))
      })
    },
  },
  {
    name: 'ids from a cache, after a list that has nothing to do with them',
    expected: [{ kind: 'n_plus_one', on: 'reader', tiers: ['strong'], column: null }],
    needs: ({ variant }) => variant.idRange !== 'colliding' || variant.idType === 'uuid',
    run: (world) => {
      const cached = world.random.shuffled(world.bookshop.readers).slice(0, world.n)
      return world.unit('cached ids', async () => {
        await world.pool.query('SELECT id, title FROM book ORDER BY title LIMIT 30')
        for (const id of cached) await world.pool.query('SELECT name, email FROM reader WHERE id = $1', [id])
      })
    },
  },
  {
    name: 'a function of the database for each row',
    expected: [{ kind: 'n_plus_one', tiers: ['proven', 'strong'] }],
    seed: (seeder) =>
      seeder.run(
        `CREATE OR REPLACE FUNCTION books_of(${seeder.idType}) RETURNS SETOF book STABLE LANGUAGE sql
         AS 'SELECT * FROM book WHERE author_id = $1'`,
      ),
    runsAlone: true,
    run: (world) =>
      world.unit('function', async () => {
        const { rows } = await world.pool.query('SELECT id FROM author ORDER BY name LIMIT $1', [world.n])
        for (const { id } of rows) await world.pool.query('SELECT * FROM books_of($1)', [id])
      }),
  },
  {
    name: 'a view for each row',
    // A name like this one leads nobody to a table: it takes ids that lie far apart to prove it.
    expected: [{ kind: 'n_plus_one', tiers: ['proven', 'strong'] }],
    runsAlone: true,
    seed: (seeder) =>
      seeder.run(
        'CREATE OR REPLACE VIEW shelf AS SELECT a.id AS owner_id, b.title FROM author a JOIN book b ON b.author_id = a.id',
      ),
    run: (world) =>
      world.unit('view', async () => {
        const { rows } = await world.pool.query('SELECT id FROM author ORDER BY email LIMIT $1', [world.n])
        for (const { id } of rows) await world.pool.query('SELECT title FROM shelf WHERE owner_id = $1', [id])
      }),
  },
]
