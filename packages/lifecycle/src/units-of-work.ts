import { type Context, context, isSpanContextValid, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import { processState } from './process-state.js'
import { UnitOfWork } from './unit-of-work.js'

const unitKey: unique symbol = Symbol.for('pgspan.unit-of-work')
const state = processState()

/**
 * The unit of work that the running code belongs to: the innermost of `runInUnitOfWork`, the HTTP request and the
 * local root span. Undefined outside any, and for code that goes on after its unit has ended.
 *
 * @param active the context to look in for a span; the active one by default.
 */
export function currentUnitOfWork(active: Context = context.active()): UnitOfWork | undefined {
  return unitOfWorkBelow(trace.getSpan(active))
}

/** The unit of work that the running code belongs to, for who has looked up the span of its context already. */
export function unitOfWorkBelow(span: Span | undefined): UnitOfWork | undefined {
  const called = state.unitOfWorkStorage.getStore()
  if (span === undefined) return live(called)
  const spanned = unitOfWorkOfSpan(span)
  if (called === undefined) return spanned === undefined ? unitOfTrace(span) : live(spanned)
  return spanned !== undefined && spanned.outer === called ? live(spanned) : live(called)
}

/**
 * The unit of work that the running code was called in, if that has ended: the code goes on without it, or its
 * asynchronous context is not its own. Undefined otherwise.
 */
export function endedUnitOfWork(active: Context = context.active()): UnitOfWork | undefined {
  const span = trace.getSpan(active)
  const unit = state.unitOfWorkStorage.getStore() ?? (span && unitOfWorkOfSpan(span))
  return unit?.ended ? unit : undefined
}

/**
 * Runs a job, such as one message of a queue, as a unit of work of its own.
 *
 * The unit ends when `job` returns, or when the promise that it returns settles.
 *
 * @param name low cardinality: the kind of the job, not its id.
 */
export function runInUnitOfWork<Result>(name: string, job: () => Result): Result {
  if (typeof name !== 'string' || name === '')
    throw new TypeError('runInUnitOfWork: name must be a non-empty string')
  const unit = new UnitOfWork('job', name)
  unit.outer = currentUnitOfWork()
  let result: Result
  try {
    result = state.unitOfWorkStorage.run(unit, job)
  } catch (error) {
    unit.end()
    throw error
  }
  if (!isPromise(result)) {
    unit.end()
    return result
  }
  const ended = result.then(
    (value) => {
      unit.end()
      return value
    },
    (error) => {
      unit.end()
      throw error
    },
  )
  // The promise settles as the job's own does, with the same value.
  return ended as Result
}

/** Runs `callback` in `unit` and in `active`, as the caller that was waiting for it would. */
export function runWithUnitOfWork<Args extends unknown[], Result>(
  active: Context,
  unit: UnitOfWork | undefined,
  callback: (...args: Args) => Result,
  receiver: unknown,
  ...args: Args
): Result {
  const storage = state.unitOfWorkStorage
  const entered = storage.getStore()
  // A trace is found through the span of its context; a storage that is entered costs every promise of the process.
  const isFound = entered === undefined && unit?.kind === 'trace'
  if (entered === unit || isFound) {
    // To look is a quarter of what it costs to enter.
    if (context.active() === active) return callback.apply(receiver, args)
    return context.with(active, callback, receiver as undefined, ...args)
  }
  return storage.run(unit, () => context.with(active, callback, receiver as undefined, ...args))
}

/** Runs `action` in the root context and in no unit of work: what it opens belongs to nobody's request. */
export function runOutsideUnitOfWork<Result>(action: () => Result): Result {
  const storage = state.unitOfWorkStorage
  // A storage that was never entered costs nothing; entering it, every promise of the process.
  if (storage.getStore() === undefined) return context.with(ROOT_CONTEXT, action)
  return storage.run(undefined, () => context.with(ROOT_CONTEXT, action))
}

/** Says that `span` and, through its children, its descendants belong to `unit`. */
export function bindSpanToUnitOfWork(span: Span, unit: UnitOfWork): void {
  // A span is a foreign object: a symbol's property is not serialised and collides with nothing. It is assigned, as
  // `defineProperty` costs ten times as much, for every span of the process.
  const carrier = span as { [unitKey]?: UnitOfWork }
  carrier[unitKey] = unit
}

export function unitOfWorkOfSpan(span: Span): UnitOfWork | undefined {
  return (span as { [unitKey]?: UnitOfWork })[unitKey]
}

/**
 * Makes every trace that has no other unit of work one, also unsampled ones, until the function that it returns is
 * called.
 */
export function followTraces(): () => void {
  return state.traceUnits.follow()
}

function unitOfTrace(span: Span): UnitOfWork | undefined {
  if (!state.traceUnits.isFollowed) return undefined
  const spanContext = span.spanContext()
  // What was valid for the query before is valid; to find out costs as much as all the rest.
  const latest = state.traceUnits.latestOf(spanContext.traceId)
  if (latest !== undefined) return latest
  return isSpanContextValid(spanContext) ? state.traceUnits.unitOf(spanContext.traceId) : undefined
}

function live(unit: UnitOfWork | undefined): UnitOfWork | undefined {
  return unit === undefined || unit.ended ? undefined : unit
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
