// What instrumentation costs per query: ours beside upstream's, dd-trace's, the SDK's own floor and none.
//
// Each figure is the user CPU time of the application's process per query. Modes are interleaved, their order reversed
// from round to round, each sample in a process of its own; the median over the rounds counts. With `taskset`
// everything runs on one core, or the figures of an idle machine swing with its power saving.
import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.mjs'
import { modes } from './modes.mjs'
import { recordConversation } from './recorded-backend.mjs'
import { figuresOf, tableOf } from './report.mjs'
import { questionsOf, workloads } from './workloads.mjs'

const several = { type: 'string', multiple: true }
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    queries: { type: 'string', default: '20000' },
    backend: { ...several, default: ['recorded', 'real'] },
    sdk: { ...several, default: ['sampled', 'not sampled', 'no sdk'] },
    workload: { ...several, default: Object.keys(workloads) },
    mode: { ...several, default: Object.keys(modes) },
    json: { type: 'boolean', default: false },
    pinned: { type: 'boolean', default: false },
  },
})
const queries = Number(options.queries)
const rounds = Number(options.rounds)
const run = promisify(execFile)

if (!options.pinned && spawnSync('taskset', ['--version']).status === 0) {
  const self = fileURLToPath(import.meta.url)
  const args = ['-c', '1', process.execPath, self, ...process.argv.slice(2), '--pinned']
  process.exit(spawnSync('taskset', args, { stdio: 'inherit' }).status ?? 1)
}

const server = await startEmbeddedPostgres()
const results = []
try {
  for (const workload of options.workload) {
    const plan = await planOf(workload)
    for (const backend of options.backend)
      for (const sdk of options.sdk) results.push(await measure(workload, backend, sdk, plan))
  }
} finally {
  await server.stop()
}
process.stdout.write(options.json ? `${JSON.stringify(results, null, 2)}\n` : tableOf(results))

/** A real server's answers to the workload, and what ours records of it. */
async function planOf(workload) {
  const conversation = await recordConversation(pg.Client, server.connectionString, questionsOf(workload))
  const telemetry = await work({ mode: 'pgspan', sdk: 'sampled', workload, conversation, describes: true })
  return { conversation, telemetry }
}

async function measure(workload, backend, sdk, { conversation, telemetry }) {
  const names = options.mode.filter((mode) => modes[mode].lacks !== sdk)
  const samples = Object.fromEntries(names.map((mode) => [mode, []]))
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`${workload}, ${backend}, ${sdk}: round ${round + 1} of ${rounds}\n`)
    for (const mode of round % 2 === 0 ? names : names.toReversed()) {
      const replayed = backend === 'recorded' ? conversation : undefined
      samples[mode].push(await work({ mode, sdk, workload, telemetry, conversation: replayed }))
    }
  }
  return { workload, backend, sdk, ...figuresOf(samples) }
}

async function work(task) {
  const worker = fileURLToPath(new URL('worker.mjs', import.meta.url))
  const { connectionString } = server
  const env = { ...process.env, NODE_ENV: 'production' }
  const running = run(process.execPath, [worker], { env })
  running.child.stdin.end(JSON.stringify({ connectionString, queries, ...task }))
  return JSON.parse((await running).stdout)
}
