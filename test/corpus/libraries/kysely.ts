import { Kysely, PostgresDialect } from 'kysely'
import type { Id } from '../identifiers.js'
import type { LibrarySetting } from './libraries.js'

interface Tables {
  author: { id: Id; name: string; email: string }
  book: { id: Id; author_id: Id; title: string; price: number }
  reader: { id: Id; name: string; email: string }
  review: { id: Id; book_id: Id; reader_id: Id; stars: number; body: string }
}

export interface KyselyShop {
  readonly db: Kysely<Tables>
  readonly close: () => Promise<void>
}

export async function openKysely({ pool }: LibrarySetting): Promise<KyselyShop> {
  return { db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }), close: async () => {} }
}
