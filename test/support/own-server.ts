import { spawn } from 'node:child_process'
import { appendFile, chown, cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from '../../examples/shop/demo/free-port.js'
import { findAccount, startEmbeddedPostgres } from '../../scripts/embedded-postgres.mjs'

/** A PostgreSQL of a test's own, which it may kill and copy. */
export interface OwnServer {
  readonly connectionString: string
  /** Sends a signal to the server's first process: SIGQUIT ends it and every session at once. */
  signal(name: NodeJS.Signals): void
  /** Starts it again, at the same place with the same data. */
  start(): Promise<void>
  /** Starts a replica that follows: a copy of the server, which is stopped and started again for it. */
  startReplica(): Promise<Replica>
  stop(): Promise<void>
}

/** A server in recovery, which replays what the primary streams to it. */
export interface Replica {
  readonly connectionString: string
  /** Makes a primary of it. */
  promote(): Promise<void>
  stop(): Promise<void>
}

export async function startOwnServer(): Promise<OwnServer> {
  const server = await startEmbeddedPostgres()
  const { connectionString, port, bin } = server
  const folder = await ask(connectionString, 'SHOW data_directory')
  let pid = await postmasterOf(connectionString)
  return {
    connectionString,
    signal: (name) => process.kill(pid, name),
    async start() {
      while (isAlive(pid)) await sleep(10)
      await startPostgres(bin, folder, port)
      pid = await waitForPostmaster(connectionString)
    },
    async startReplica() {
      process.kill(pid, 'SIGINT')
      while (isAlive(pid)) await sleep(10)
      const copy = await mkdtemp(join(tmpdir(), 'pgspan-replica-'))
      await cp(folder, join(copy, 'data'), { recursive: true })
      await writeFile(join(copy, 'data', 'standby.signal'), '')
      await appendFile(
        join(copy, 'data', 'postgresql.auto.conf'),
        `primary_conninfo = '${connectionString}'\n`,
      )
      await giveTo(await findAccount(), copy)
      await startPostgres(bin, folder, port)
      pid = await waitForPostmaster(connectionString)
      const replica = new URL(connectionString)
      replica.port = String(await freePort())
      await startPostgres(bin, join(copy, 'data'), Number(replica.port))
      const replicaPid = await waitForPostmaster(replica.href)
      return {
        connectionString: replica.href,
        promote: async () => void (await ask(replica.href, 'SELECT pg_promote()')),
        async stop() {
          process.kill(replicaPid, 'SIGINT')
          while (isAlive(replicaPid)) await sleep(10)
          await rm(copy, { recursive: true, force: true })
        },
      }
    },
    stop: () => server.stop(),
  }
}

async function startPostgres(bin: string, folder: string, port: number): Promise<void> {
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off']
  const flags = settings.flatMap((setting) => ['-c', setting])
  const child = spawn(join(bin, 'postgres'), ['-D', folder, '-p', String(port), ...flags], {
    ...(await findAccount()),
    cwd: '/',
    detached: true,
    stdio: 'ignore',
  })
  child.unref()
}

async function waitForPostmaster(connectionString: string): Promise<number> {
  for (let i = 0; ; i++) {
    const found = await postmasterOf(connectionString).catch(() => undefined)
    if (found !== undefined) return found
    if (i > 400) throw new Error('the server did not start')
    await sleep(25)
  }
}

/** Root made the copy; PostgreSQL runs as somebody else. */
async function giveTo(account: Awaited<ReturnType<typeof findAccount>>, folder: string): Promise<void> {
  if (account === undefined) return
  const entries = await readdir(folder, { recursive: true })
  for (const entry of ['.', ...entries]) await chown(join(folder, entry), account.uid, account.gid)
}

async function postmasterOf(connectionString: string): Promise<number> {
  return Number((await ask(connectionString, "SELECT pg_read_file('postmaster.pid')")).split('\n')[0])
}

async function ask(connectionString: string, sql: string): Promise<string> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' })
    return String(rows[0]?.[0])
  } finally {
    await client.end()
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
