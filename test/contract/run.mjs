// Runs every cell that can be, and prints what the caller saw: of the bare driver, or of the observed one with what
// was recorded of it. OBSERVED=1 says which; ENTRIES=native runs the cells of pg.native, alone.
import { createRequire } from 'node:module'
import { allCells, plainShapes } from './cells.mjs'

Error.stackTraceLimit = 50
const require = createRequire(new URL('../drivers/package.json', import.meta.url))
// A copy of its own, loaded before anything is observed: its queries are nobody's.
const administratorPg = require('pg-8.16')
const isOfQuery = ({ name }) => !/^pg(-pool)?\.(connect|acquire)$/.test(name)
let inCell = (_cell, action) => action()
/** Spans of the queries of each cell. */
const recorded = new Map()

if (process.env.OBSERVED) {
  const { context, createContextKey, trace } = require('@opentelemetry/api')
  const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks')
  const { TracerProvider } = require('@opentelemetry/sdk-trace')
  const { PgInstrumentation } = require('@pgspan/instrumentation-pg')
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const cellKey = createContextKey('cell')
  inCell = (cell, action) => context.with(context.active().setValue(cellKey, cell.name), action)
  const cellOf = new WeakMap()
  const keep = {
    onStart(span, parent) {
      const spans = recorded.get(parent.getValue(cellKey))
      if (!spans || !isOfQuery(span)) return
      cellOf.set(span, spans)
      spans.started++
    },
    onEnd(span) {
      const { attributes, status } = span
      cellOf.get(span)?.ended.push({ errorType: attributes['error.type'], status: status.code })
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [keep] }))
  new PgInstrumentation()
}

const { backendPidOf, open } = await import('./entries.mjs')
const { describeObject } = await import('./describe.mjs')
const { ask } = await import('./shapes.mjs')

const administrator = new administratorPg.Pool({ connectionString: process.env.DATABASE_URL, max: 3 })

/** Turns of the loop of microtasks, counted from the message that ends the query: how soon the caller hears. */
function tickAfterMessages(client, note) {
  let hasEnded = false
  const tick = (message) => {
    // What comes after an error may come in the same piece of the stream, or later.
    if (hasEnded) return
    hasEnded = true
    let turn = 0
    const next = () => {
      note('tick', `${message} ${turn}`)
      if (turn++ < 6) Promise.resolve().then(next)
    }
    next()
  }
  const wire = client.connection
  if (!wire) return () => {}
  const listeners = ['readyForQuery', 'errorMessage'].map((event) => [event, () => tick(event)])
  for (const [event, listener] of listeners) wire.prependListener(event, listener)
  return () => {
    for (const [event, listener] of listeners) wire.removeListener(event, listener)
  }
}

const interferences = { cancelled: 'pg_cancel_backend', 'connection lost': 'pg_terminate_backend' }

async function interfere({ outcome, shape }, pid) {
  const action = interferences[outcome]
  if (!action) return
  // Once it runs: before, there would be nothing to cancel.
  for (;;) {
    const { rows } = await administrator.query(
      "SELECT state = 'active' AND (wait_event = 'PgSleep' OR $2) AS busy FROM pg_stat_activity WHERE pid = $1",
      [pid, shape === 'copy both'],
    )
    if (rows[0]?.busy) break
  }
  await administrator.query(`SELECT ${action}($1)`, [pid])
}

async function runCell(cell) {
  const log = []
  const note = (what, value) => log.push([what, value])
  const session = await open(cell)
  if (cell.outcome === 'statement timeout') await session.queryable.query('SET statement_timeout = 40')
  if (cell.shape === 'copy both') {
    const { rows } = await session.client.query('IDENTIFY_SYSTEM')
    session.position = rows[0].xlogpos
  }
  const pid = cell.outcome in interferences ? await backendPidOf(session) : undefined
  const before = whatIsCallers(session)
  const untick = tickAfterMessages(session.client, note)
  recorded.set(cell.name, { started: 0, ended: [] })
  let asked
  try {
    asked = ask(cell, session, note)
    if (
      cell.outcome === 'ended early' &&
      (cell.shape === 'Query object' || plainShapes.includes(cell.shape))
    ) {
      Promise.resolve(session.endEarly()).catch(() => {})
    }
    await Promise.all([asked.done, interfere(cell, pid)])
  } catch (error) {
    note('thrown', `${error.name}: ${error.message}`)
  }
  untick()
  await settledLoop()
  if (closesConnection(cell)) await closed(session.client)
  const after = (asked?.objects ?? []).map(describeObject)
  const clientAfter = goesOn(cell) ? [] : changes(before, whatIsCallers(session))
  await Promise.race([Promise.resolve(session.close()).catch(() => {}), settledLoop(500)])
  await settledLoop()
  return { seen: { log, after, clientAfter }, recorded: recorded.get(cell.name) }
}

/** The client and its connection, as an application could look at them. */
function whatIsCallers({ client }) {
  const { keys, functions, prototype, listeners } = describeObject(client)
  // A client over libpq has nothing else to tell of its end: it gets one listener, gone when it was told.
  if (!client.connection) delete listeners.end
  return { keys, functions, prototype, listeners, connection: describeObject(client.connection ?? {}) }
}

/** Which parts of what is the caller's are not what they were. */
function changes(before, after) {
  return Object.keys(before).filter((part) => JSON.stringify(before[part]) !== JSON.stringify(after[part]))
}

function closesConnection({ shape, outcome }) {
  return outcome === 'connection lost' || (outcome === 'ended early' && !ownStreams.includes(shape))
}

/** Objects that their reader may leave; of some, the conversation with the server goes on behind the caller's back. */
const ownStreams = ['cursor', 'stream', 'copy in', 'copy out', 'copy both']
const goesOn = ({ shape, outcome }) => outcome === 'ended early' && ownStreams.indexOf(shape) > 2

/** The last words of a connection come before its end. */
async function closed({ connection }) {
  const stream = connection?.stream
  while (stream && !stream.closed) await settledLoop()
  await settledLoop()
}

/** What is left to happen by itself happens. */
function settledLoop(millis = 5) {
  return new Promise((resolve) => setTimeout(() => setImmediate(resolve), millis))
}

const isNative = process.env.ENTRIES === 'native'
const cells = allCells().filter(
  ({ entry, impossible }) => impossible === undefined && (entry === 'native') === isNative,
)

/** Most of a cell is waiting, so several run at a time. */
async function work() {
  for (let cell = cells.shift(); cell !== undefined; cell = cells.shift()) {
    const current = cell
    const timeout = new Promise((resolve) => setTimeout(resolve, 10_000, 'hangs').unref())
    const outcome = await Promise.race([inCell(current, () => runCell(current)), timeout])
    process.stdout.write(`${JSON.stringify([current.name, outcome])}\n`)
  }
}

// libpq closes its sockets under the event loop's feet: with other connections beside it, one of them may hang.
await Promise.all(Array.from({ length: isNative ? 1 : 6 }, work))
await administrator.end()
process.exit(0)
