import type { Id } from '../identifiers.js'
import type { Scenario } from '../scenario.js'
import type { World } from '../world.js'

type Ask = (world: World, id: Id) => Promise<unknown>

/** Ways to ask for the books of one author; each is put into a loop over authors. */
const forms: Readonly<Record<string, Ask>> = {
  'an array made in the text': (world, id) =>
    world.pool.query(`SELECT title FROM book WHERE author_id = ANY(ARRAY[$1::${type(world)}])`, [id]),
  'an array of one': (world, id) =>
    world.pool.query('SELECT title FROM book WHERE author_id = ANY($1)', [[id]]),
  'IN with one member': (world, id) =>
    world.pool.query('SELECT title FROM book WHERE author_id IN ($1)', [id]),
  'a subquery': (world, id) =>
    world.pool.query('SELECT title FROM book WHERE author_id IN (SELECT id FROM author WHERE id = $1)', [id]),
  'a column cast to text': (world, id) =>
    world.pool.query('SELECT title FROM book WHERE author_id::text = $1', [`${id}`]),
  'two conditions joined by OR': (world, id) =>
    world.pool.query('SELECT title FROM book WHERE author_id = $1 OR (author_id IS NULL AND price > $2)', [
      id,
      9_999,
    ]),
  'the value twice': (world, id) =>
    world.pool.query(
      'SELECT title FROM book b WHERE author_id = $1 UNION ALL SELECT name FROM author WHERE id = $1',
      [id],
    ),
  'a lateral join': (world, id) =>
    world.pool.query(
      'SELECT b.title FROM author a CROSS JOIN LATERAL (SELECT title FROM book WHERE author_id = a.id) b WHERE a.id = $1',
      [id],
    ),
  'a join and a page of each': (world, id) =>
    world.pool.query(
      `SELECT r.body FROM review r JOIN book b ON b.id = r.book_id WHERE b.author_id = $1 AND r.stars >= $2
       ORDER BY r.id DESC LIMIT $3 OFFSET $4`,
      [id, 1, 3, 0],
    ),
  'a window over each': (world, id) =>
    world.pool.query('SELECT title, rank() OVER (ORDER BY price) FROM book WHERE book.author_id = $1', [id]),
  'an object as the query, with a name': (world, id) =>
    world.pool.query({
      name: 'of-author',
      text: 'SELECT price FROM book WHERE author_id = $1',
      values: [id],
    }),
  'the names of tables in quotes, with a schema': (world, id) =>
    world.pool.query('SELECT "b"."title" FROM "public"."book" AS "b" WHERE "b"."author_id" = $1', [id]),
}

function type({ variant }: World): string {
  return variant.idType
}

/** The same loop with its query written in many ways. */
export const formsOfStatements: readonly Scenario[] = Object.entries(forms).map(([form, ask]) => ({
  name: `a loop that asks by ${form}`,
  expected: [{ kind: 'n_plus_one', tiers: ['proven', 'strong'], column: 'author.id' }],
  run: (world) =>
    world.unit(`by ${form}`, async () => {
      const { rows } = await world.pool.query('SELECT id FROM author ORDER BY email LIMIT $1', [world.n])
      for (const { id } of rows) await ask(world, id)
    }),
}))
