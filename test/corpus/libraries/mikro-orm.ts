import { type Collection, EntitySchema, MikroORM, type Ref } from '@mikro-orm/postgresql'
import type { Id } from '../identifiers.js'
import type { LibrarySetting } from './libraries.js'

export interface MikroAuthor {
  id: Id
  name: string
  books: Collection<MikroBook>
}
export interface MikroBook {
  id: Id
  title: string
  author: Ref<MikroAuthor>
}

export interface MikroShop {
  readonly orm: MikroORM
  readonly Author: EntitySchema<MikroAuthor>
  readonly Book: EntitySchema<MikroBook>
  readonly close: () => Promise<void>
}

export async function openMikro({ variant, poolMax, connectionString }: LibrarySetting): Promise<MikroShop> {
  const type = { int: 'integer', bigint: 'string', uuid: 'uuid', text: 'text' }[variant.idType]
  const columnType = variant.idType
  const Author: EntitySchema<MikroAuthor> = new EntitySchema<MikroAuthor>({
    name: 'Author',
    tableName: 'author',
    properties: {
      id: { type, columnType, primary: true } as never,
      name: { type: 'text' },
      books: { kind: '1:m', entity: () => 'Book', mappedBy: 'author' } as never,
    },
  })
  const Book: EntitySchema<MikroBook> = new EntitySchema<MikroBook>({
    name: 'Book',
    tableName: 'book',
    properties: {
      id: { type, columnType, primary: true } as never,
      title: { type: 'text' },
      author: { kind: 'm:1', entity: () => 'Author', fieldName: 'author_id', ref: true } as never,
    },
  })
  const orm = await MikroORM.init({
    clientUrl: connectionString,
    entities: [Author, Book],
    pool: { min: 0, max: poolMax },
    discovery: { warnWhenNoEntities: false },
  })
  await orm.em.fork().execute('select 1')
  return { orm, Author, Book, close: () => orm.close(true) }
}
