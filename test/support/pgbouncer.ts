import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../examples/shop/demo/free-port.js'
import { findAccount } from '../../scripts/embedded-postgres.mjs'

/** A real PgBouncer in front of a server: any database of the server, by its name. */
export interface PgBouncer {
  /** Leads through it to this database of the server. */
  route(database: URL): URL
  stop(): Promise<void>
}

export async function startPgBouncer(
  program: string,
  server: URL,
  poolMode: 'session' | 'transaction' | 'statement',
  settings = '',
): Promise<PgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), 'pgspan-pgbouncer-'))
  await chmod(folder, 0o755)
  const port = await freePort()
  const config = join(folder, 'pgbouncer.ini')
  await writeFile(config, configuration(server, port, poolMode) + settings, { mode: 0o644 })
  const child = spawn(program, ['--quiet', config], { ...(await findAccount()), stdio: 'ignore' })
  const ended = once(child, 'exit')
  for (let i = 0; !(await listens(port)); i++) {
    if (i > 200 || child.exitCode !== null) throw new Error(`PgBouncer did not start: ${child.exitCode}`)
    await sleep(20)
  }
  return {
    route(database) {
      const url = new URL(database)
      url.port = String(port)
      return url
    },
    async stop() {
      // At once, whoever is connected.
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** `auth_type = any` takes every client for the user of the server. */
function configuration(
  { hostname, port, username, password }: URL,
  listenPort: number,
  poolMode: string,
): string {
  return `[databases]
* = host=${hostname} port=${port} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = any
pool_mode = ${poolMode}
default_pool_size = 20
max_client_conn = 200
`
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
