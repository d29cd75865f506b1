// @ts-check
import { boolean, integer, pgTable, text } from 'drizzle-orm/pg-core'

/** The tables that the brand pages read through Drizzle; schema.sql makes them. */
export const brands = pgTable('brands', {
  id: integer().primaryKey(),
  name: text().notNull(),
})

export const products = pgTable('products', {
  id: integer().primaryKey(),
  brand_id: integer().notNull(),
  name: text().notNull(),
  price_cents: integer().notNull(),
  featured: boolean().notNull(),
})
