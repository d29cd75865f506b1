import type { FindingKind } from '../findings/finding.js'

/** What a library offers against some kinds of findings; what stands in backticks is its API. */
type Advice = { readonly [Kind in FindingKind]?: string }

const mikroOrm: Advice = {
  n_plus_one: 'load them with the rows (`populate`), or in one query with `{ $in: ids }`',
  write_loop: '`em.insertMany(Entity, rows)`, or `em.persist(…)` in the loop and one `em.flush()` after it',
  autocommit_loop: '`em.transactional(async (em) => …)` around the loop',
  transaction_left_open: '`em.transactional(async (em) => …)` ends it on every path',
  large_result: '`limit` and `offset`, or `em.findByCursor(…)`',
  unbounded_select: '`limit`',
}

const prisma: Advice = {
  n_plus_one:
    'load them with the rows (`include`), or in one query (`{ in: ids }`; `findUnique` for all without awaiting in between)',
  write_loop: '`createMany({ data: rows })`, or `updateMany`',
  autocommit_loop: '`prisma.$transaction(async (tx) => …)` around the loop',
  large_result: '`take` and `cursor`',
  unbounded_select: '`take`',
}

/** By package; a name that ends with `/` stands for all of a scope. */
const adviceByLibrary: readonly (readonly [library: string, name: string, advice: Advice])[] = [
  [
    'drizzle-orm',
    'Drizzle',
    {
      n_plus_one:
        'load them with the rows (`db.query.….findMany({ with: … })`), or in one query with `inArray(…)`',
      write_loop: '`db.insert(table).values([…])`',
      autocommit_loop: '`db.transaction(async (tx) => …)` around the loop',
      transaction_left_open: '`db.transaction(async (tx) => …)` ends it on every path',
      large_result: '`.limit(n)`, and `gt(column, last)` for the rows after it',
      unbounded_select: '`.limit(n)`',
    },
  ],
  [
    'kysely',
    'Kysely',
    {
      n_plus_one: 'load them with the rows (`jsonArrayFrom`), or in one query with `.where(…, "in", ids)`',
      write_loop: '`.insertInto(table).values([…])`',
      autocommit_loop: '`db.transaction().execute(async (trx) => …)` around the loop',
      transaction_left_open: '`db.transaction().execute(async (trx) => …)` ends it on every path',
      large_result: '`.limit(n)`, or `.stream()`',
      unbounded_select: '`.limit(n)`',
    },
  ],
  [
    'knex',
    'Knex',
    {
      n_plus_one: 'load them in one query with `.whereIn(…, ids)`',
      write_loop: '`knex(table).insert([…])`, or `knex.batchInsert(table, rows)`',
      autocommit_loop: '`knex.transaction(async (trx) => …)` around the loop',
      transaction_left_open: '`knex.transaction(async (trx) => …)` ends it on every path',
      large_result: '`.limit(n)`, or `.stream()`',
      unbounded_select: '`.limit(n)`',
    },
  ],
  [
    'objection',
    'Objection',
    {
      n_plus_one: 'load them with the rows (`withGraphFetched`)',
      write_loop: '`Model.query().insertGraph([…])`',
      autocommit_loop: '`Model.transaction(async (trx) => …)` around the loop',
      transaction_left_open: '`Model.transaction(async (trx) => …)` ends it on every path',
      large_result: '`.page(page, size)`',
      unbounded_select: '`.limit(n)`',
    },
  ],
  [
    'typeorm',
    'TypeORM',
    {
      n_plus_one:
        'load them with the rows (`relations` or `leftJoinAndSelect`), or in one query with `In(ids)`',
      write_loop: '`repository.insert([…])`, or `upsert([…])`: `save([…])` updates row by row',
      autocommit_loop: '`dataSource.transaction(async (manager) => …)` around the loop',
      transaction_left_open: '`dataSource.transaction(async (manager) => …)` ends it on every path',
      large_result: '`take` and `skip`, or `queryBuilder.stream()`',
      unbounded_select: '`take`',
    },
  ],
  [
    'sequelize',
    'Sequelize',
    {
      n_plus_one: 'load them with the rows (`include`), or in one query with `where: { … : ids }`',
      write_loop: '`Model.bulkCreate(rows)` without `individualHooks`',
      autocommit_loop: '`sequelize.transaction(async (t) => …)` around the loop',
      transaction_left_open: '`sequelize.transaction(async (t) => …)` ends it on every path',
      large_result: '`limit` and `offset`',
      unbounded_select: '`limit`',
    },
  ],
  ['@mikro-orm/', 'MikroORM', mikroOrm],
  ['@prisma/', 'Prisma', prisma],
  [
    'dataloader',
    'DataLoader',
    {
      n_plus_one:
        'create the `DataLoader` once per request and load without awaiting in between, so that it batches',
    },
  ],
]

/** What is advised to users of GraphQL, whose resolvers know nothing of each other. */
export const graphqlAdvice = 'In resolvers, load through a `DataLoader` that is made once per request.'

/** What the library offers against findings of this kind, and its name as people write it; undefined if nothing is known. */
export function libraryAdvice(
  library: string | undefined,
  kind: FindingKind,
): { readonly name: string; readonly advice: string } | undefined {
  if (library === undefined) return undefined
  const known = adviceByLibrary.find(([name]) =>
    name.endsWith('/') ? library.startsWith(name) : library === name,
  )
  const advice = known?.[2][kind]
  return known === undefined || advice === undefined ? undefined : { name: known[1], advice }
}

/** Every advice that there is, with its library, for who compares it with the libraries. */
export function* everyAdvice(): Iterable<readonly [library: string, kind: string, advice: string]> {
  for (const [library, , advice] of adviceByLibrary) {
    for (const [kind, text] of Object.entries(advice)) yield [library, kind, text]
  }
}
