// Runs every scenario against the driver that it is given, watched or not, and prints what happened as JSON.
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { slot } = require('./observe.cjs')
const { describeError } = require('./outcome.cjs')
const { privateMembers } = require('./private-members.cjs')

const scenarios = ['call-forms', 'submittables', 'failures', 'transactions', 'pools'].flatMap((name) =>
  require(`./scenarios/${name}.cjs`),
)
const connectionString = process.env.DATABASE_URL
/** What this driver and this way to the server can do. */
const abilities = process.env.ABILITIES.split(',')

const chosen = scenarios.filter(({ needs }) => needs === undefined || abilities.includes(needs))

/** @param {object} drivers `pg`, `Cursor`, `QueryStream`, however they were loaded */
async function runContract(drivers) {
  const observer = globalThis[slot]
  // No line of a scenario is cut off by a line of whoever watches.
  Error.stackTraceLimit = 50
  const warnings = []
  process.on('warning', ({ name, message, code }) => warnings.push([name, code, message].join(' ')))
  const totals = { acquired: 0, opened: 0 }
  const outcomes = []
  for (const scenario of chosen) outcomes.push(await runScenario(scenario, drivers, observer, totals))
  const report = {
    versions: versions(),
    ...(observer === undefined && (await aboutBareDriver(drivers))),
    isSameModule: require('pg').Client === drivers.pg.Client,
    outcomes,
    totals,
    warnings,
    telemetry: await observer?.report(),
  }
  process.stdout.write(JSON.stringify(report))
}

async function aboutBareDriver(drivers) {
  return {
    server: await serverVersion(drivers.pg),
    privateMembers: await privateMembers(drivers, connectionString),
  }
}

async function runScenario(scenario, drivers, observer, totals) {
  const { name, spans, callers = [], findings = [], timeouts = 0, unsent = 0 } = scenario
  const resources = new Resources(drivers.pg, totals)
  const notes = []
  const caller = observer === undefined ? (_name, action) => action() : observer.caller.bind(observer)
  const outcome = await caller(name, () =>
    scenario.run({
      ...drivers,
      caller,
      connect: (options) => resources.connect(options),
      pool: (options) => resources.pool(options),
      terminate: (text) => caller('administrator', () => terminate(drivers.pg, text)),
      note: async (truth) => notes.push({ truth, metrics: await observer?.metrics() }),
    }),
  ).catch((error) => ({ scenarioFailed: describeError(error) }))
  await caller('administrator', () => resources.close())
  return { name, outcome, notes, expected: { spans, callers, findings, timeouts, unsent } }
}

/** Clients and pools of one scenario, closed at its end. */
class Resources {
  #pg
  #totals
  #all = new Set()

  constructor(pg, totals) {
    this.#pg = pg
    this.#totals = totals
  }

  async connect(options) {
    const client = new this.#pg.Client({ connectionString, ...options })
    client.on('error', () => {})
    this.#all.add(client)
    client.once('end', () => this.#all.delete(client))
    await client.connect()
    return client
  }

  pool(options) {
    const pool = new this.#pg.Pool({ ...(options.host ? {} : { connectionString }), ...options })
    pool.on('error', () => {})
    // What the pool itself says of its connections is the truth that metrics must meet.
    pool.on('acquire', () => this.#totals.acquired++)
    pool.on('connect', () => this.#totals.opened++)
    this.#all.add(pool)
    return pool
  }

  async close() {
    for (const resource of this.#all) if (!resource.ended) await resource.end()
  }
}

/** Ends the server's session that runs this text. It goes past a PgBouncer: process ids there are its own. */
async function terminate(pg, text) {
  const client = new pg.Client({ connectionString: process.env.SERVER_URL })
  await client.connect()
  const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE query = $1 AND state = 'active' AND datname = current_database()`
  while ((await client.query(sql, [text])).rowCount === 0) await sleep(5)
  await client.end()
}

async function serverVersion(pg) {
  const client = new pg.Client({ connectionString: process.env.SERVER_URL })
  await client.connect()
  const { rows } = await client.query('SHOW server_version')
  await client.end()
  return rows[0].server_version
}

/** This file lies in the folder that the packages were installed into. */
function versions() {
  const versionOf = (name) =>
    JSON.parse(readFileSync(join(__dirname, 'node_modules', name, 'package.json'), 'utf8')).version
  const names = [
    'pg',
    'pg-pool',
    '@opentelemetry/api',
    '@opentelemetry/sdk-node',
    '@pgspan/instrumentation-pg',
  ]
  return { node: process.versions.node, ...Object.fromEntries(names.map((name) => [name, versionOf(name)])) }
}

module.exports = { runContract }
