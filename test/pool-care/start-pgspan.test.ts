import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { printed, runNode } from '../support/run-child.js'
import { useTestDatabase } from '../support/test-database.js'

const database = useTestDatabase()
const entry = createRequire(import.meta.url).resolve('pgspan')

test('startPgspan starts what is asked for: care, figures of the server and a doctor that can be asked', async () => {
  const application = `
    const { startPgspan } = require(${JSON.stringify(entry)})
    const pgspan = startPgspan({ poolCare: { openingRetries: 2 }, serverFigures: true, doctor: true, console: false, prometheusPort: false })
    const { Pool } = require('pg')
    async function main() {
      const pool = new Pool({ connectionString: process.env.DATABASE_URL, keepAlive: true, connectionTimeoutMillis: 5000 })
      await pool.query('SELECT 1')
      await pgspan.serverFigures.ask()
      const isUp = pgspan.serverFigures.reports[0].isUp
      const checks = (await pgspan.doctor.examine()).map(({ check }) => check)
      const { isClean } = await pgspan.poolCare.drain(5000)
      console.log(JSON.stringify({ isUp, checks, isClean, ended: pool.ended }))
      await pgspan.shutdown()
    }
    main()`
  const ended = await runNode(['-e', application], { DATABASE_URL: database().connectionString })
  expect(printed(ended)).toEqual({ isUp: true, checks: [], isClean: true, ended: true })
})

test('without, nothing of it is there, and a wrong option is named', async () => {
  const application = `
    const { startPgspan } = require(${JSON.stringify(entry)})
    const messages = [{ poolCare: { maxLifetimeMillis: -1 } }, { serverFigures: { everyMillis: 0 } }, { doctor: 1 }].map((options) => {
      try { startPgspan({ prometheusPort: false, ...options }) } catch (error) { return error.name + ': ' + error.message }
    })
    const { poolCare, serverFigures, doctor } = startPgspan({ console: false, prometheusPort: false })
    console.log(JSON.stringify({ messages, none: [poolCare, serverFigures, doctor].every((part) => part === undefined) }))
    process.exit()`
  expect(printed(await runNode(['-e', application]))).toEqual({
    messages: [
      'TypeError: startPoolCare: maxLifetimeMillis must be a number of milliseconds above 0, got -1',
      'TypeError: startServerFigures: everyMillis must be a number of milliseconds above 0, got 0',
      'TypeError: startPgspan: doctor must be true or false, got 1',
    ],
    none: true,
  })
})
