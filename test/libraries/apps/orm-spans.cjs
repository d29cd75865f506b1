// Queries through an ORM that makes spans of its own, with another instrumentation of the driver, ours, or none beneath.
// Prints how many queries insights count, and what they find. LIBRARY and DRIVER say which.
const { context, trace } = require('@opentelemetry/api')
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks')
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { TracerProvider } = require('@opentelemetry/sdk-trace')
const { InsightsSpanProcessor } = require('@pgspan/insights')

const people = 8
const connectionString = process.env.DATABASE_URL

const instrumentations = {
  knex: () => new (require('@opentelemetry/instrumentation-knex').KnexInstrumentation)(),
  sequelize: () => new (require('@opentelemetry/instrumentation-sequelize').SequelizeInstrumentation)(),
  typeorm: () =>
    new (require('@opentelemetry/instrumentation-typeorm').TypeormInstrumentation)({
      enhancedDatabaseReporting: true,
    }),
  prisma: () => new (require('@prisma/instrumentation').PrismaInstrumentation)(),
}
const drivers = {
  none: () => [],
  upstream: () => [new (require('@opentelemetry/instrumentation-pg').PgInstrumentation)()],
  ours: () => [new (require('@pgspan/instrumentation-pg').PgInstrumentation)()],
}

/** Each finds the purchases, a person for each, and changes one in a transaction: eight queries and three. */
const applications = {
  async knex() {
    const knex = require('knex')({ client: 'pg', connection: connectionString, pool: { min: 0, max: 2 } })
    await inRequest(async () => {
      const rows = await knex('purchase').select('person_id').limit(people)
      for (const { person_id } of rows) await knex('person').where({ id: person_id })
      await knex.transaction(async (trx) => {
        await trx('person').where({ id: 1 }).update({ name: 'changed' })
      })
    })
    await knex.destroy()
  },
  async sequelize() {
    const { Sequelize, DataTypes } = require('sequelize')
    const db = new Sequelize(connectionString, { logging: false, pool: { max: 1, idle: 60_000 } })
    const id = { type: DataTypes.INTEGER, primaryKey: true }
    const unchanged = { timestamps: false, freezeTableName: true }
    const Person = db.define('person', { id, name: DataTypes.TEXT }, unchanged)
    const Purchase = db.define('purchase', { id, person_id: DataTypes.INTEGER }, unchanged)
    // Its set-up of a connection is counted before.
    await db.authenticate()
    await inRequest(async () => {
      const rows = await Purchase.findAll({ limit: people })
      for (const { person_id } of rows) await Person.findByPk(person_id)
      await db.transaction((transaction) =>
        Person.update({ name: 'changed' }, { where: { id: 1 }, transaction }),
      )
    })
    await db.close()
  },
  async typeorm() {
    require('reflect-metadata')
    const { DataSource, EntitySchema } = require('typeorm')
    const person = new EntitySchema({
      name: 'person',
      columns: { id: { type: Number, primary: true }, name: { type: String } },
    })
    const purchase = new EntitySchema({
      name: 'purchase',
      columns: { id: { type: Number, primary: true }, person_id: { type: Number } },
    })
    const source = new DataSource({ type: 'postgres', url: connectionString, entities: [person, purchase] })
    await source.initialize()
    await inRequest(async () => {
      const rows = await source.getRepository(purchase).find({ take: people })
      for (const { person_id } of rows) await source.getRepository(person).findOneBy({ id: person_id })
      await source.transaction((manager) => manager.update(person, { id: 1 }, { name: 'changed' }))
    })
    await source.destroy()
  },
  async prisma() {
    const { PrismaPg } = require('@prisma/adapter-pg')
    const { PrismaClient } = await import(process.env.PRISMA_CLIENT)
    const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString, max: 2 }) })
    await inRequest(async () => {
      const rows = await prisma.purchase.findMany({ take: people })
      for (const { personId } of rows) await prisma.person.findMany({ where: { id: personId } })
      await prisma.$transaction((tx) => tx.person.updateMany({ where: { id: 1 }, data: { name: 'changed' } }))
    })
    await prisma.$disconnect()
  },
}

const processor = new InsightsSpanProcessor({ slowQueryMillis: false, poolWaitMillis: false })
let before = 0

function inRequest(work) {
  const tracer = trace.getTracer('application')
  before = processor.insights.statistics().queries
  return tracer.startActiveSpan('request', async (span) => {
    await work()
    span.end()
  })
}

async function main() {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [processor] }))
  registerInstrumentations({
    instrumentations: [...drivers[process.env.DRIVER](), instrumentations[process.env.LIBRARY]()],
  })
  await applications[process.env.LIBRARY]()
  const { insights } = processor
  insights.flush()
  const { queries, families } = insights.statistics()
  const findings = insights
    .findings()
    .map(({ kind, tier, evidence }) => [kind, tier, evidence.count].join(' '))
  console.log(
    JSON.stringify({
      queries: queries - before,
      findings,
      statements: Object.fromEntries(families.map(({ summary, count }) => [summary, count])),
    }),
  )
}

main()
