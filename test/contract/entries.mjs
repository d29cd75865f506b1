// Opens what a cell asks through.
import { createRequire } from 'node:module'

const require = createRequire(new URL('../drivers/package.json', import.meta.url))
export const requireDriver = require
export const pg = require('pg')

/** A Promise of the application's own; it can be told from the native one. */
export class CustomPromise extends Promise {}

const connectionString = process.env.DATABASE_URL

/**
 * @returns `queryable` that is asked, `client` behind it if the caller can have one, `endEarly` and `close`.
 */
export async function open({ entry, style, shape, outcome }) {
  const options = {
    connectionString,
    ...(style === 'custom promise' && { Promise: CustomPromise }),
    ...(outcome === 'query timeout' && { query_timeout: 40 }),
    ...(entry === 'pipeline' && { pipeline: true }),
    ...(shape === 'copy both' && { replication: 'true' }),
  }
  if (entry === 'pool.query' || entry === 'checkout') return openPool(entry, options)
  const { Client } = entry === 'native' ? pg.native : pg
  const client = new Client(options)
  client.on('error', () => {})
  await client.connect()
  return { queryable: client, client, endEarly: () => client.end(), close: () => client.end() }
}

async function openPool(entry, options) {
  const pool = new pg.Pool({ ...options, max: 1 })
  pool.on('error', () => {})
  const client = await pool.connect()
  client.on('error', () => {})
  if (entry === 'pool.query') {
    client.release()
    return { queryable: pool, client, close: () => pool.end() }
  }
  let isOut = true
  const release = (error) => {
    if (isOut) client.release(error)
    isOut = false
  }
  return {
    queryable: client,
    client,
    endEarly: () => release(true),
    close: () => {
      release()
      return pool.end()
    },
  }
}

export async function backendPidOf({ client, queryable }) {
  if (client.processID) return client.processID
  const { rows } = await queryable.query('SELECT pg_backend_pid() AS pid')
  return rows[0].pid
}
