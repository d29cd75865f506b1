// How soon /readyz answers while the database answers, is slow, frozen, killed, its pool saturated or ended: the
// median and the longest of many requests over HTTP, what they say, and which connections the check holds. The longest of
// as many requests for /livez, which looks at nothing, tells what of it is the machine's.
import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { states } from './states.mjs'

const require = createRequire(import.meta.url)
const { values: options } = parseArgs({
  options: { requests: { type: 'string', default: '300' }, json: { type: 'boolean', default: false } },
})
const count = Number(options.requests)
/** Long enough for several probes of each state. */
const pauseMillis = 10

const { PgInstrumentation } = require('@pgspan/instrumentation-pg')
const { createHealth } = require('@pgspan/http')
new PgInstrumentation()

const results = []
for (const [name, begin] of Object.entries(states)) {
  process.stderr.write(`${name}\n`)
  results.push({ state: name, ...(await measure(begin)) })
}
process.stdout.write(options.json ? `${JSON.stringify(results, null, 2)}\n` : tableOf(results))
process.exit(0)

async function measure(begin) {
  const state = await begin()
  const health = createHealth({ freshMillis: 100, probeTimeoutMillis: 1_000 })
  const server = createServer((request, response) => void health.handle(request, response)).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  const { port } = server.address()
  // What connecting and compiling take is not what is asked for.
  for (let n = 0; n < 20; n++) await ask(port, '/livez')
  const first = await ask(port, '/readyz')
  await state.afterFirst?.()
  const answers = []
  const controls = []
  for (let n = 0; n < count; n++) {
    answers.push(await ask(port, '/readyz'))
    controls.push(await ask(port, '/livez'))
    await new Promise((resolve) => setTimeout(resolve, pauseMillis))
  }
  const held = await state.held?.()
  const last = await detailOf(port)
  health.close()
  server.close()
  await state.end()
  const millis = answers.map((answer) => answer.millis).sort((a, b) => a - b)
  return {
    first: first.millis,
    median: millis[Math.floor(count / 2)],
    p99: millis[Math.floor(count * 0.99)],
    longest: millis.at(-1),
    control: Math.max(...controls.map((answer) => answer.millis)),
    status: answers.at(-1).status,
    detail: last,
    held,
  }
}

function ask(port, path) {
  const before = performance.now()
  return new Promise((resolve, reject) => {
    get({ port, path, host: '127.0.0.1', agent: false }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          millis: performance.now() - before,
          status: response.statusCode,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    }).on('error', reject)
  })
}

async function detailOf(port) {
  const { checks } = JSON.parse((await ask(port, '/healthz')).body)
  return Object.values(checks)
    .flat()
    .map(({ output }) => output)
    .find((output) => output !== undefined)
}

function tableOf(rows) {
  const cells = (row) =>
    [row.first, row.median, row.p99, row.longest, row.control]
      .map((millis) => millis.toFixed(1).padStart(9))
      .join('')
  const lines = rows.map(
    (row) =>
      `${row.state.padEnd(12)}${cells(row)}${String(row.status).padStart(8)}  ${row.detail ?? ''}${heldText(row)}`,
  )
  const head = `${' '.repeat(12)}${['first', 'median', 'p99', 'longest', '/livez'].map((name) => name.padStart(9)).join('')}  status`
  return `Milliseconds until /readyz has answered, ${count} requests each\n${head}\n${lines.join('\n')}\n`
}

function heldText({ held }) {
  return held === undefined ? '' : ` (pool: ${held.pool}; connections of the check: ${held.check})`
}
