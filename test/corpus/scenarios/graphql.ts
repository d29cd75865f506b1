import DataLoader from 'dataloader'
import { GraphQLInt, GraphQLList, GraphQLObjectType, GraphQLSchema, GraphQLString, graphql } from 'graphql'
import type { Id } from '../identifiers.js'
import type { Scenario } from '../scenario.js'
import type { World } from '../world.js'

interface Author {
  readonly id: Id
  readonly name: string
}

type BooksOf = (author: Author) => Promise<unknown>

/** Authors with books, where `booksOf` resolves the books of one author. */
async function query(world: World, booksOf: BooksOf): Promise<void> {
  const Book = new GraphQLObjectType({ name: 'Book', fields: { title: { type: GraphQLString } } })
  const Author = new GraphQLObjectType({
    name: 'Author',
    fields: { name: { type: GraphQLString }, books: { type: new GraphQLList(Book), resolve: booksOf } },
  })
  const authors = {
    type: new GraphQLList(Author),
    args: { first: { type: GraphQLInt } },
    resolve: async (_: unknown, { first }: { first: number }) => {
      const { rows } = await world.pool.query('SELECT id, name FROM author ORDER BY name LIMIT $1', [first])
      return rows
    },
  }
  const schema = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { authors } }) })
  const { errors } = await graphql({
    schema,
    source: `{ authors(first: ${world.n}) { name books { title } } }`,
  })
  if (errors !== undefined) throw errors[0]
}

/** Resolvers: one call per field and object. */
export const graphqlScenarios: readonly Scenario[] = [
  {
    name: 'GraphQL: a resolver per object',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    run: (world) =>
      world.unit('graphql resolver', () =>
        query(world, async ({ id }) => {
          const { rows } = await world.pool.query('SELECT title FROM book WHERE author_id = $1', [id])
          return rows
        }),
      ),
  },
  {
    name: 'GraphQL: a span per resolver',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    run: (world) =>
      world.unit('graphql spans', () =>
        query(world, (author) =>
          world.span('graphql.resolve books', async () => {
            const { rows } = await world.pool.query('SELECT title FROM book WHERE author_id = $1', [
              author.id,
            ])
            return rows
          }),
        ),
      ),
  },
  {
    name: 'GraphQL: Prisma’s findMany per parent',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    run: async (world) => {
      const { prisma } = await world.libraries.prisma()
      const idOf = (id: Id) => (world.variant.idType === 'bigint' ? BigInt(id) : id)
      await world.unit('graphql prisma', () =>
        query(world, ({ id }) => prisma.book.findMany({ where: { authorId: idOf(id) } })),
      )
    },
  },
  {
    name: 'GraphQL: a DataLoader made anew by every resolver call',
    expected: [{ kind: 'n_plus_one', column: 'author.id' }],
    run: (world) =>
      world.unit('graphql useless loader', () =>
        query(world, (author) => booksLoader(world).load(author.id)),
      ),
  },
  {
    name: 'GraphQL: a DataLoader per request',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    run: (world) =>
      world.unit('graphql loader', () => {
        const loader = booksLoader(world)
        return query(world, (author) => loader.load(author.id))
      }),
  },
  {
    name: 'DataLoaders over six levels: six batches of one statement',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    isFixedSize: true,
    run: (world) =>
      world.unit('levels of loaders', async () => {
        const loader = booksLoader(world)
        for (let level = 0; level < 6; level++) {
          const authors = world.bookshop.authors.slice(level * 7, level * 7 + 2 + level)
          await Promise.all(authors.map((id) => loader.load(id)))
        }
      }),
  },
]

function booksLoader(world: World): DataLoader<Id, unknown[]> {
  return new DataLoader<Id, unknown[]>(async (authors) => {
    const { rows } = await world.pool.query('SELECT author_id, title FROM book WHERE author_id = ANY($1)', [
      authors,
    ])
    return authors.map((id) => rows.filter(({ author_id }) => String(author_id) === String(id)))
  })
}
