// What the database and the pool can be in; each begins with a pool that has answered once.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { connect, createServer } from 'node:net'
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.mjs'

const require = createRequire(import.meta.url)

/** By name: brings it about, and says how it ends. */
export const states = {
  async answers() {
    const { server, pool } = await started()
    return { held: () => heldAt(pool), end: () => ended(server, pool) }
  },
  /** Each message takes a second and a half, more than a probe may. */
  async slow() {
    const server = await startEmbeddedPostgres()
    const proxy = createServer((near) => {
      const far = connect(server.port, server.host)
      far.on('data', (chunk) => setTimeout(() => near.writable && near.write(chunk), proxy.delay))
      near.on('data', (chunk) => far.write(chunk))
      for (const socket of [near, far])
        socket.on('error', () => {}).on('close', () => [near, far].map((end) => end.destroy()))
    }).listen(0, '127.0.0.1')
    proxy.delay = 0
    await once(proxy, 'listening')
    const url = new URL(server.connectionString)
    url.port = String(proxy.address().port)
    const pool = await askedPool(url.href)
    proxy.delay = 1_500
    return {
      async end() {
        proxy.close()
        await Promise.all([server.stop(), pool.end().catch(() => {})])
      },
    }
  },
  async frozen() {
    const { server, pool } = await started()
    const processes = await processesOf(pool)
    for (const pid of processes) process.kill(pid, 'SIGSTOP')
    return {
      async end() {
        for (const pid of processes) process.kill(pid, 'SIGCONT')
        await ended(server, pool)
      },
    }
  },
  async killed() {
    const { server, pool } = await started()
    await server.stop()
    return { end: () => pool.end().catch(() => {}) }
  },
  /** All connections are out, and requests wait. */
  async saturated() {
    const { server, pool } = await started()
    const clients = [await pool.connect(), await pool.connect()]
    const waiting = Array.from({ length: 20 }, () => pool.connect())
    return {
      held: () => heldAt(clients[0], pool),
      async end() {
        for (const client of clients) client.release()
        for (const next of waiting) (await next).release()
        await ended(server, pool)
      },
    }
  },
  async 'pool ended'() {
    const { server, pool } = await started()
    return { afterFirst: () => pool.end(), end: () => server.stop() }
  },
}

async function started() {
  const server = await startEmbeddedPostgres()
  return { server, pool: await askedPool(server.connectionString) }
}

async function askedPool(connectionString) {
  const { Pool } = require('pg')
  const pool = new Pool({ connectionString, max: 2 })
  pool.on('error', () => {})
  await pool.query('SELECT 1')
  return pool
}

async function ended(server, pool) {
  await pool.end()
  await server.stop()
}

/** The server's first process, and all that it has started. */
async function processesOf(pool) {
  const { rows } = await pool.query(
    `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`,
  )
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(rows[0].pid)], { encoding: 'utf8' })
  return [rows[0].pid, ...children.split('\n').filter(Boolean).map(Number)]
}

/** Connections of the pool, and those that the check holds now. */
async function heldAt(queryable, pool = queryable) {
  const { rows } = await queryable.query(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE 'pgspan%'`,
  )
  return { pool: `${pool.totalCount} open, ${pool.waitingCount} waiting`, check: rows[0].n }
}
