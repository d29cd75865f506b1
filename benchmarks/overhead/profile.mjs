// Where the time of one mode goes: self time per part and per function, in microseconds per query.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.mjs'
import { recordConversation } from './recorded-backend.mjs'
import { questionsOf } from './workloads.mjs'

const { values: options } = parseArgs({
  options: {
    mode: { type: 'string', default: 'pgspan' },
    sdk: { type: 'string', default: 'sampled' },
    workload: { type: 'string', default: 'SELECT 1' },
    queries: { type: 'string', default: '200000' },
    functions: { type: 'string', default: '40' },
  },
})
const { mode, sdk, workload } = options
const queries = Number(options.queries)
/** As many as worker.mjs adds. */
const warmUp = 40_000

const server = await startEmbeddedPostgres()
const { connectionString } = server
const conversation = await recordConversation(pg.Client, connectionString, questionsOf(workload))
await server.stop()

const folder = mkdtempSync(join(tmpdir(), 'pgspan-profile-'))
try {
  const worker = fileURLToPath(new URL('worker.mjs', import.meta.url))
  const flags = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=200']
  const { status } = spawnSync(process.execPath, [...flags, worker], {
    env: { ...process.env, NODE_ENV: 'production' },
    input: JSON.stringify({ mode, sdk, workload, queries, connectionString, conversation }),
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  if (status !== 0) process.exit(status ?? 1)
  const [file] = readdirSync(folder)
  print(selfTimes(JSON.parse(readFileSync(join(folder, file), 'utf8'))))
} finally {
  rmSync(folder, { recursive: true })
}

/** Microseconds of self time per function and query; those of the warm-up count. */
function selfTimes({ nodes, samples, timeDeltas }) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const times = new Map()
  for (const [index, id] of samples.entries()) {
    const frame = names.get(id)
    const key = `${partOf(frame.url)}\t${frame.functionName || '(anonymous)'}:${frame.lineNumber + 1}`
    times.set(key, (times.get(key) ?? 0) + timeDeltas[index] / (queries + warmUp))
  }
  return times
}

/** The package that a script belongs to, and of ours its file. */
function partOf(url) {
  const ours = /packages\/([^/]+)\/dist\/(.+)\.js$/.exec(url)
  if (ours) return `${ours[1]}/${ours[2]}`
  const others = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)
  if (others) return others[1]
  if (url.startsWith('node:')) return 'node'
  return url === '' ? 'V8' : 'benchmark'
}

function print(times) {
  const parts = new Map()
  for (const [key, micros] of times) {
    const [part] = key.split('\t')
    parts.set(part, (parts.get(part) ?? 0) + micros)
  }
  section(`${mode}, ${sdk}, ${workload}: microseconds of self time per query, by part`, parts, 60)
  section('by function', times, Number(options.functions))
}

function section(title, times, limit) {
  process.stdout.write(`\n${title}\n`)
  const sorted = [...times].sort(([, left], [, right]) => right - left).slice(0, limit)
  for (const [key, micros] of sorted) {
    process.stdout.write(`  ${micros.toFixed(3).padStart(8)}  ${key.replace('\t', '  ')}\n`)
  }
}
