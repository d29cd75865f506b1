// An application that is slow through several libraries; the test builds it in several ways and runs it.
import { eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import knex from 'knex'
import { Kysely, sql as kyselySql, PostgresDialect } from 'kysely'
import pg from 'pg'
import { Sequelize } from 'sequelize'
import { createPool, sql as slonikSql } from 'slonik'
import { DataSource } from 'typeorm'

const connectionString = process.env.DATABASE_URL ?? ''
const person = pgTable('person', { id: integer('id').primaryKey() })

async function withDrizzle() {
  const pool = new pg.Pool({ connectionString })
  const db = drizzle(pool)
  await db.select({ slept: sql`pg_sleep(0.15) AS drizzle` }).from(person).limit(1) // ← drizzle
  await db.transaction(async (tx) => {
    await tx.select({ slept: sql`pg_sleep(0.15)` }).from(person).where(eq(person.id, 1)) // ← drizzle transaction
  })
  await pool.end()
}

async function withKysely() {
  const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString }) }) })
  await kyselySql`SELECT pg_sleep(0.15) AS kysely`.execute(db) // ← kysely
  await db.destroy()
}

async function withSlonik() {
  const db = await createPool(connectionString)
  await db.any(slonikSql.unsafe`SELECT pg_sleep(0.15) AS slonik`) // ← slonik
  await db.end()
}

async function withTypeorm() {
  const source = await new DataSource({ type: 'postgres', url: connectionString }).initialize()
  await source.query('SELECT pg_sleep(0.15) AS typeorm') // ← typeorm
  await source.destroy()
}

async function withKnex() {
  const db = knex({ client: 'pg', connection: connectionString })
  for (let n = 0; n < 2; n++) await db.raw('SELECT pg_sleep(0.15) AS knex') // ← knex
  await db.destroy()
}

async function withSequelize() {
  const db = new Sequelize(connectionString, { logging: false })
  for (let n = 0; n < 2; n++) await db.query('SELECT pg_sleep(0.15) AS sequelize') // ← sequelize
  await db.close()
}

export async function main() {
  await withDrizzle()
  await withKysely()
  await withSlonik()
  await withTypeorm()
  await withKnex()
  await withSequelize()
}
