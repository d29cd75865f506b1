// What it costs to read a query text: ours beside the fingerprint of libpg-query and the parsers in JavaScript.
//
// Each figure is user CPU time, the median of interleaved rounds; what else runs on the machine does not count. With
// `taskset` everything runs on one core.
import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { analyzeQueryText } from '@pgspan/query-text'
import { textReaders } from './contenders.mjs'
import { compare, cpuMicros, median } from './measure.mjs'
import { meanLength, typicalTexts } from './statements.mjs'
import { workloads } from './workloads.mjs'
import { worstTexts } from './worst-patterns.mjs'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '11' },
    json: { type: 'boolean', default: false },
    pinned: { type: 'boolean', default: false },
  },
})

/** The longest text that is read whole. */
const LONGEST = 65_536
const OURS = 'pgspan, uncached'
const rounds = Number(options.rounds)

if (!options.pinned && spawnSync('taskset', ['--version']).status === 0) {
  const self = fileURLToPath(import.meta.url)
  const args = ['-c', '1', process.execPath, self, ...process.argv.slice(2), '--pinned']
  process.exit(spawnSync('taskset', args, { stdio: 'inherit' }).status ?? 1)
}

const results = {
  texts: typicalTexts.length,
  meanLength: meanLength(typicalTexts),
  readers: await measureReaders(),
  workloads: await measureWorkloads(),
  worst: measureWorst(),
  memory: measureMemory(),
}
if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)
else print(results)

async function measureReaders() {
  say('the typical set')
  const names = Object.keys(textReaders)
  const measured = await compare(
    names.map((name) => ['reader', name]),
    rounds,
  )
  const ours = measured[names.indexOf(OURS)].micros
  return measured.map(({ micros, reads }, index) => ({
    name: names[index],
    micros,
    timesOurs: micros / ours,
    reads,
  }))
}

async function measureWorkloads() {
  say('workloads of the cache')
  const names = Object.keys(workloads)
  const tasks = names.flatMap((name) => [
    ['uncached', name],
    ['cached', name],
  ])
  const measured = await compare(tasks, rounds)
  return names.map((name, index) => ({
    name,
    uncached: measured[2 * index].micros,
    cached: measured[2 * index + 1].micros,
  }))
}

/** The slowest patterns first. */
function measureWorst() {
  say('worst patterns')
  const texts = worstTexts(LONGEST)
  const samples = texts.map(() => [])
  for (let round = 0; round < rounds + 2; round++) {
    for (const [index, { text }] of texts.entries()) {
      const micros = cpuMicros(() => analyzeQueryText(text))
      // The first rounds are slower: code is compiled.
      if (round >= 2) samples[index].push(micros)
    }
  }
  return texts
    .map(({ name }, index) => ({ name, millis: median(samples[index]) / 1_000 }))
    .sort((a, b) => b.millis - a.millis)
}

function measureMemory() {
  const contents = ['names', 'values to mask', 'parameters', 'literals', 'characters beyond Latin-1']
  return contents.flatMap((content) =>
    [200, 1_000, 4_000].map((length) => {
      say(`memory: ${content}, ${length} characters`)
      const worker = fileURLToPath(new URL('cache-memory.mjs', import.meta.url))
      const output = execFileSync(process.execPath, ['--expose-gc', worker, length, content], {
        encoding: 'utf8',
      })
      return { content, length, megabytes: JSON.parse(output).bytes / 1e6 }
    }),
  )
}

function say(what) {
  process.stderr.write(`${what} …\n`)
}

function print({ texts, meanLength, readers, workloads, worst, memory }) {
  title(`Microseconds per text: ${texts} typical statements, ${meanLength.toFixed(0)} characters on average`)
  line('', 'µs', 'times ours', 'texts read')
  for (const { name, micros, timesOurs, reads } of readers) {
    line(name, micros.toFixed(micros < 1 ? 3 : 2), timesOurs.toFixed(2), `${reads} of ${texts}`)
  }
  title('Microseconds per query, without and with the cache')
  line('', 'uncached', 'cached')
  for (const { name, uncached, cached } of workloads) line(name, uncached.toFixed(2), cached.toFixed(3))
  title(
    `Milliseconds for ${LONGEST.toLocaleString('en')} characters, the slowest ten patterns of ${worst.length}`,
  )
  for (const { name, millis } of worst.slice(0, 10)) line(name, millis.toFixed(2))
  title('Megabytes that a full cache holds')
  line('texts of so many characters', '200', '1,000', '4,000')
  for (let index = 0; index < memory.length; index += 3) {
    line(
      memory[index].content,
      ...memory.slice(index, index + 3).map(({ megabytes }) => megabytes.toFixed(2)),
    )
  }
}

function title(text) {
  process.stdout.write(`\n${text}\n`)
}

function line(name, ...cells) {
  process.stdout.write(`  ${name.padEnd(44)}${cells.map((cell) => cell.padStart(12)).join('')}\n`)
}
