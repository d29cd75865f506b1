import { DataTypes, type Model, type ModelStatic, Sequelize } from 'sequelize'
import type { Id } from '../identifiers.js'
import type { LibrarySetting } from './libraries.js'

interface Row {
  readonly id: Id
  readonly author_id: Id
  readonly book_id: Id
  readonly reader_id: Id
}
/** With the getters that associations add. */
export type ShopModel = Model &
  Row & {
    getBooks(): Promise<ShopModel[]>
    getAuthor(): Promise<ShopModel>
    getReviews(): Promise<ShopModel[]>
    getReader(): Promise<ShopModel>
  }

export interface SequelizeShop {
  readonly db: Sequelize
  readonly Author: ModelStatic<ShopModel>
  readonly Book: ModelStatic<ShopModel>
  readonly Reader: ModelStatic<ShopModel>
  readonly Review: ModelStatic<ShopModel>
  readonly close: () => Promise<void>
}

export async function openSequelize({
  variant,
  poolMax,
  connectionString,
}: LibrarySetting): Promise<SequelizeShop> {
  const db = new Sequelize(connectionString, { logging: false, pool: { max: poolMax } })
  const type = {
    int: DataTypes.INTEGER,
    bigint: DataTypes.BIGINT,
    uuid: DataTypes.UUID,
    text: DataTypes.TEXT,
  }[variant.idType]
  const unchanged = { timestamps: false, freezeTableName: true }
  const id = { type, primaryKey: true }
  const person = { id, name: DataTypes.TEXT, email: DataTypes.TEXT }
  const Author = db.define<ShopModel>('author', person, unchanged)
  const Reader = db.define<ShopModel>('reader', person, unchanged)
  const Book = db.define<ShopModel>(
    'book',
    { id, author_id: type, title: DataTypes.TEXT, price: DataTypes.INTEGER },
    unchanged,
  )
  const Review = db.define<ShopModel>(
    'review',
    { id, book_id: type, reader_id: type, stars: DataTypes.INTEGER, body: DataTypes.TEXT },
    unchanged,
  )
  Author.hasMany(Book, { foreignKey: 'author_id', as: 'books' })
  Book.belongsTo(Author, { foreignKey: 'author_id', as: 'author' })
  Book.hasMany(Review, { foreignKey: 'book_id', as: 'reviews' })
  Review.belongsTo(Reader, { foreignKey: 'reader_id', as: 'reader' })
  await db.authenticate()
  return { db, Author, Book, Reader, Review, close: () => db.close() }
}
