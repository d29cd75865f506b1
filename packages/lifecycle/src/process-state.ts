import { AsyncLocalStorage } from 'node:async_hooks'
import { Dispatcher } from './dispatcher.js'
import { FurtherMeterProviders } from './further-meter-providers.js'
import type { HttpRequestListener } from './http-units-of-work.js'
import { LoopStallSampler } from './loop-stall-sampler.js'
import { PoolNames } from './pool-names.js'
import type { Recording } from './recording.js'
import type { SqlCommenter } from './sql-commenter.js'
import { TraceUnits } from './trace-units.js'
import type { UnitOfWork } from './unit-of-work.js'

/**
 * What there is one of in a process, however many copies and versions of this package are loaded into it.
 *
 * Fields are only ever added; a field's meaning never changes. Whoever needs one that an older copy did not make
 * makes it.
 */
export interface ProcessState {
  /** Hands the events of every patched driver to every observer. */
  dispatcher: Dispatcher
  /** The unit of work that the running code was called in. */
  unitOfWorkStorage: AsyncLocalStorage<UnitOfWork | undefined>
  /** Units that follow a trace and were not opened by a span processor. */
  traceUnits: TraceUnits
  poolNames: PoolNames
  /** How many have asked for units of work per HTTP request, and how to stop making them. */
  httpFollowing: { count: number; stop: (() => void) | undefined }
  /** Told of each request that becomes a unit of work. */
  httpRequestListeners: Set<HttpRequestListener>
  /** Instrumentations that record now, in the order in which they began. */
  recordings: Recording[]
  /** What was patched, with versions: `pg 8.23.1`. */
  patchedDrivers: Set<string>
  /** Counts up from 1; the last id that a connection was given. */
  lastConnectionId: number
  /** Asked for a comment when a query is about to be sent; the first that has one counts. */
  sqlCommenters: Set<SqlCommenter>
  /** The kinds of findings that the running code ignores; made by whoever ignores some first. */
  ignoredFindingsStorage?: AsyncLocalStorage<string>
  /** When the event loop was blocked, as long as somebody watches. */
  loopStalls: LoopStallSampler
  /** Who receives metrics beside the provider that is set or registered. */
  meterProviders: FurtherMeterProviders
}

const key: unique symbol = Symbol.for('pgspan.process.1')

/** The state of this process; made by whoever asks first. */
export function processState(): ProcessState {
  // An older or newer copy may have made it: every field is checked.
  const holder = globalThis as { [key]?: Partial<ProcessState> }
  holder[key] ??= {}
  const state = holder[key]
  state.dispatcher ??= new Dispatcher()
  state.unitOfWorkStorage ??= new AsyncLocalStorage()
  state.traceUnits ??= new TraceUnits()
  state.poolNames ??= new PoolNames()
  state.httpFollowing ??= { count: 0, stop: undefined }
  state.httpRequestListeners ??= new Set()
  state.recordings ??= []
  state.patchedDrivers ??= new Set()
  state.lastConnectionId ??= 0
  state.sqlCommenters ??= new Set()
  state.loopStalls ??= new LoopStallSampler()
  state.meterProviders ??= new FurtherMeterProviders()
  return state as ProcessState
}
