import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { findAccount, findBinaries, startEmbeddedPostgres } from '../../scripts/embedded-postgres.mjs'

/** A PostgreSQL of a test's own, which it may kill. */
export interface OwnServer {
  readonly connectionString: string
  /** Sends a signal to the server's first process: SIGQUIT ends it and every session at once. */
  signal(name: NodeJS.Signals): void
  /** Starts it again, at the same place with the same data. */
  start(): Promise<void>
  stop(): Promise<void>
}

export async function startOwnServer(): Promise<OwnServer> {
  const server = await startEmbeddedPostgres()
  const { connectionString, port } = server
  const folder = await ask(connectionString, 'SHOW data_directory')
  let pid = await postmasterOf(connectionString)
  return {
    connectionString,
    signal: (name) => process.kill(pid, name),
    async start() {
      while (isAlive(pid)) await sleep(10)
      const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off']
      const flags = settings.flatMap((setting) => ['-c', setting])
      const child = spawn(join(findBinaries(), 'postgres'), ['-D', folder, '-p', String(port), ...flags], {
        ...(await findAccount()),
        cwd: '/',
        detached: true,
        stdio: 'ignore',
      })
      child.unref()
      for (let i = 0; ; i++) {
        const found = await postmasterOf(connectionString).catch(() => undefined)
        if (found !== undefined) {
          pid = found
          return
        }
        if (i > 400) throw new Error('the server did not start again')
        await sleep(25)
      }
    },
    stop: () => server.stop(),
  }
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
