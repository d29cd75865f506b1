// What instrumentation costs per acquire and release of a pooled connection: ours beside upstream's, the two
// histograms that the conventions ask for, and none. Measured as in run.mjs; the connection runs no query.
import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.mjs'
import { median } from './report.mjs'

const modes = [
  'none',
  'none again',
  'floor',
  'pgspan',
  'pgspan with own metrics',
  'startPgspan',
  'pgspan with insights, stacks never',
  'pgspan with insights',
  'pgspan with insights, stacks always',
  'upstream',
]

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    cycles: { type: 'string', default: '100000' },
    pinned: { type: 'boolean', default: false },
  },
})

if (!options.pinned && spawnSync('taskset', ['--version']).status === 0) {
  const self = fileURLToPath(import.meta.url)
  const args = ['-c', '1', process.execPath, self, ...process.argv.slice(2), '--pinned']
  process.exit(spawnSync('taskset', args, { stdio: 'inherit' }).status ?? 1)
}

const server = await startEmbeddedPostgres()
const samples = Object.fromEntries(modes.map((mode) => [mode, []]))
try {
  for (let round = 0; round < Number(options.rounds); round++) {
    process.stderr.write(`round ${round + 1} of ${options.rounds}\n`)
    for (const mode of round % 2 === 0 ? modes : modes.toReversed()) samples[mode].push(await measure(mode))
  }
} finally {
  await server.stop()
}
process.stdout.write(tableOf(samples))

async function measure(mode) {
  const worker = fileURLToPath(new URL('pools-worker.mjs', import.meta.url))
  const running = promisify(execFile)(process.execPath, [worker], {
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const { connectionString } = server
  running.child.stdin.end(JSON.stringify({ mode, connectionString, cycles: Number(options.cycles) }))
  return JSON.parse((await running).stdout)
}

function tableOf(samples) {
  const none = median(samples.none)
  const floor = median(samples.floor) - none
  const lines = modes.map((mode) => {
    const extra = median(samples[mode]) - none
    const overFloor = /pgspan/i.test(mode) ? (extra - floor).toFixed(2) : ''
    return rowOf(mode, [median(samples[mode]).toFixed(2), extra.toFixed(2), overFloor])
  })
  const title = 'acquire and release: user CPU, microseconds\n'
  return [title, rowOf('', ['in all', 'extra', 'over floor']), ...lines].join('')
}

function rowOf(mode, cells) {
  return `  ${mode.padEnd(38)}${cells.map((cell) => cell.padStart(12)).join('')}\n`
}
