// @ts-check
import { and, asc, eq, inArray } from 'drizzle-orm'
import { brands as brandTable, products } from '../database/drizzle-schema.js'
import { idParams } from './id-params.js'

/**
 * These routes read through Drizzle.
 *
 * @typedef {import('drizzle-orm/node-postgres').NodePgDatabase} Database
 * @param {import('fastify').FastifyInstance} app
 * @param {{ db: Database, fixed: boolean }} options
 */
export async function brands(app, { db, fixed }) {
  app.get('/brands', async () => {
    const rows = await db.select().from(brandTable).orderBy(asc(brandTable.name))
    const featured = fixed ? await featuredProductsOfAll(db, rows) : await featuredProductsOfEach(db, rows)
    return rows.map((brand) => ({
      ...brand,
      featured: featured.filter((product) => product.brand_id === brand.id),
    }))
  })

  app.get('/brands/:id', { schema: { params: idParams } }, async (request, reply) => {
    const { id } = /** @type {{ id: number }} */ (request.params)
    const rows = await db
      .select({ brand: brandTable.name, id: products.id, name: products.name })
      .from(brandTable)
      .innerJoin(products, eq(products.brand_id, brandTable.id))
      .where(and(eq(brandTable.id, id), products.featured))
      .orderBy(asc(products.id))
      .limit(10)
    if (rows.length === 0) return reply.code(404).send({ error: 'There is no such brand.' })
    return rows
  })
}

/** What a brand shows of a featured product. */
const featuredProduct = { id: products.id, brand_id: products.brand_id, name: products.name }

/**
 * The fault: a query for each brand.
 *
 * @param {Database} db
 * @param {{ id: number }[]} brandRows
 */
async function featuredProductsOfEach(db, brandRows) {
  const featured = []
  for (const brand of brandRows) {
    const ofBrand = await db
      .select(featuredProduct)
      .from(products)
      .where(and(eq(products.brand_id, brand.id), products.featured))
      .orderBy(asc(products.id))
    featured.push(...ofBrand)
  }
  return featured
}

/**
 * The fix: one query for all of them.
 *
 * @param {Database} db
 * @param {{ id: number }[]} brandRows
 */
async function featuredProductsOfAll(db, brandRows) {
  const ids = brandRows.map(({ id }) => id)
  return db
    .select(featuredProduct)
    .from(products)
    .where(and(inArray(products.brand_id, ids), products.featured))
    .orderBy(asc(products.id))
}
