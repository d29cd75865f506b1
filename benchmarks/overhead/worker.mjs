// One process of the overhead benchmark: one mode, one workload, one figure. See run.mjs.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { startMode } from './modes.mjs'
import { recordedSockets } from './recorded-backend.mjs'
import { queriesPerRequest, workloads } from './workloads.mjs'

const require = createRequire(import.meta.url)
/** Compiling takes processor time, too: with a tenth of this, what has more code seems to cost some microseconds more. */
const warmUp = 40_000

const task = JSON.parse(readFileSync(0, 'utf8'))

const mode = startMode(task.mode, task.sdk, task.telemetry)
const { Pool } = require('pg')
const pool = new Pool({
  connectionString: task.connectionString,
  max: 1,
  ...(task.conversation && { stream: recordedSockets(task.conversation) }),
})
const question = workloads[task.workload]

// Whoever describes needs a connection that is there; whoever measures, compiled code.
await run(task.describes ? 100 : warmUp)
const answer = task.describes ? await telemetryOf() : await measure()
process.stdout.write(JSON.stringify(answer), () => process.exit(0))

async function run(count) {
  for (let done = 0; done < count; done += queriesPerRequest) await mode.request(request)
}

async function request() {
  for (let n = 0; n < queriesPerRequest; n++) {
    const begun = mode.begin(n)
    await pool.query(...question(n))
    mode.end(n, begun)
  }
}

async function measure() {
  const ended = mode.latest.ended
  const wallBefore = performance.now()
  const before = process.cpuUsage()
  await run(task.queries)
  const { user, system } = process.cpuUsage(before)
  const wall = performance.now() - wallBefore
  return {
    user: user / task.queries,
    system: system / task.queries,
    wall: (wall * 1000) / task.queries,
    spans: (mode.latest.ended - ended) / task.queries,
  }
}

/** What is recorded of each query of a request: its span, and the series of histograms that it is in. */
async function telemetryOf() {
  const telemetry = []
  for (let n = 0; n < queriesPerRequest; n++) {
    const before = await mode.histograms()
    await mode.request(async () => {
      const begun = mode.begin(n)
      await pool.query(...question(n))
      mode.end(n, begun)
    })
    const series = (await mode.histograms()).filter((one) => one.count === countOf(one, before) + 1)
    telemetry.push({
      span: mode.latest.description,
      histograms: series.map(({ count, ...definition }) => definition),
    })
  }
  return telemetry
}

function countOf({ name, attributes }, series) {
  const key = JSON.stringify(attributes)
  return series.find((one) => one.name === name && JSON.stringify(one.attributes) === key)?.count ?? 0
}
