// What instrumentation costs per query: ours beside upstream's and beside none, on a real PostgreSQL.
//
// Each figure is the CPU time of the application's process per query. Modes are interleaved, their order reversed
// from round to round, each in a process of its own; the median over the rounds counts. With `taskset` everything
// runs on one core, or the figures of an idle machine swing with its power saving.
import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.mjs'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    queries: { type: 'string', default: '20000' },
    json: { type: 'boolean', default: false },
    pinned: { type: 'boolean', default: false },
  },
})

const modes = ['none', 'none again', 'upstream', 'pgspan', 'pgspan with insights']
const sdks = ['sampled', 'not sampled', 'no sdk']
const workloads = ['SELECT 1', '10 rows by parameter']
const run = promisify(execFile)

if (!options.pinned && spawnSync('taskset', ['--version']).status === 0) {
  const self = fileURLToPath(import.meta.url)
  const { status } = spawnSync(
    'taskset',
    ['-c', '1', process.execPath, self, ...process.argv.slice(2), '--pinned'],
    {
      stdio: 'inherit',
    },
  )
  process.exit(status ?? 1)
}

const server = await startEmbeddedPostgres()
const results = []
try {
  for (const workload of workloads) {
    for (const sdk of sdks) results.push({ workload, sdk, ...(await measure(workload, sdk)) })
  }
} finally {
  await server.stop()
}
if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)
else print()

async function measure(workload, sdk) {
  const samples = Object.fromEntries(modes.map((mode) => [mode, []]))
  for (let round = 0; round < Number(options.rounds); round++) {
    process.stderr.write(`${workload}, ${sdk}: round ${round + 1} of ${options.rounds}\n`)
    for (const mode of round % 2 === 0 ? modes : modes.toReversed())
      samples[mode].push(await sample(mode, sdk, workload))
  }
  return { cpuMicros: mapValues(samples, (list) => median(list.map(({ cpuMicros }) => cpuMicros))) }
}

async function sample(mode, sdk, workload) {
  const worker = fileURLToPath(new URL('worker.cjs', import.meta.url))
  const { stdout } = await run(process.execPath, [
    worker,
    mode === 'none again' ? 'none' : mode,
    sdk,
    workload,
    server.connectionString,
    options.queries,
  ])
  return JSON.parse(stdout)
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]))
}

function print() {
  process.stdout.write(
    'CPU of the application per query, median; extra over none; share of upstream’s extra\n',
  )
  for (const { workload, sdk, cpuMicros } of results) {
    process.stdout.write(`\n${workload}, ${sdk}\n`)
    const extra = (mode) => cpuMicros[mode] - cpuMicros.none
    for (const mode of modes) {
      const share = mode.startsWith('pgspan')
        ? `  ${((100 * extra(mode)) / extra('upstream')).toFixed(0)} %`
        : ''
      const line = `  ${mode.padEnd(22)}${cpuMicros[mode].toFixed(1).padStart(7)} µs ${`+${extra(mode).toFixed(1)}`.padStart(8)} µs${share}`
      process.stdout.write(`${line}\n`)
    }
  }
}
