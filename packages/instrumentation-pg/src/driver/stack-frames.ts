import { mappedPlaceOf, placeOfLine, runningPlaceOf, type SourcePlace } from './source-place.js'

/** Whatever V8 may compare with the functions on its stack. */
export type OwnFunction = (...args: never[]) => unknown

/** One frame of a stack. */
export interface StackFrame {
  /** The file that runs, as it was loaded: a path or URL; undefined for native code. */
  readonly file: string | undefined
  /** A number for the line and column that run. */
  readonly place: number
  /** The place in the source that the file was made of, if this process maps sources; else in the file itself. */
  original(): SourcePlace
}

/** A frame of a stack that this process has kept. */
export interface KeptFrame extends StackFrame {
  /** Tells functions apart: where the function begins; by name where this Node does not say. */
  readonly functionKey: string
  /** Where in it the call was made. */
  readonly position: string
  /** It waits with `await` for the frame before it. */
  readonly isAsync: boolean
}

/** Deep enough for an ORM's frames between the driver and the application. */
const stackDepth = 50

/**
 * The frames of the running async stack, innermost first, from the caller of `ownOutermost` on.
 *
 * A process maps sources by Node's `--enable-source-maps`, whose maps are read, or by an `Error.prepareStackTrace` of its
 * own (test runners, transpilers), which is asked. Both stay as they are.
 */
export function captureFrames(ownOutermost: OwnFunction): readonly KeptFrame[] {
  return framesOf(keepStack(ownOutermost, stackDepth))
}

/** A stack that was kept and not read. */
export type KeptStack = Error

/** Keeps the running async stack, from the caller of `ownOutermost` on: some 5 µs for 16 frames. */
export function keepStack(ownOutermost: OwnFunction, depth: number): KeptStack {
  const holder: Error = { name: 'Error', message: '' }
  const { stackTraceLimit } = Error
  try {
    Error.stackTraceLimit = depth
    Error.captureStackTrace(holder, ownOutermost)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
  return holder
}

/** To be called once for a stack, which is formatted when it is first read: some 20 µs. */
export function framesOf(stack: KeptStack): readonly KeptFrame[] {
  const { hook, sites } = sitesOf(stack)
  return sites.map((site) => ({
    file: site.getFileName() ?? undefined,
    place: placeNumber(site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0),
    original: () => mappedPlaceOf(site) ?? placeByHook(hook, stack, site) ?? runningPlaceOf(site),
    functionKey: `${site.getFileName()}:${site.getEnclosingLineNumber?.() ?? site.getFunctionName()}:${site.getEnclosingColumnNumber?.()}`,
    position: `${site.getLineNumber()}:${site.getColumnNumber()}`,
    isAsync: site.isAsync(),
  }))
}

/** The frames of a stack that is a text already. */
export function framesOfStack(stack: string): readonly StackFrame[] {
  const places = stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map(placeOfLine)
  return places.flatMap((place) => (place === undefined ? [] : [frameAt(place)]))
}

function frameAt(place: SourcePlace): StackFrame {
  return { file: place.file, place: placeNumber(place.line, place.column), original: () => place }
}

function placeNumber(line: number, column: number): number {
  return Math.imul(line, 0x01000193) ^ column
}

type StackHook = typeof Error.prepareStackTrace

function sitesOf(stack: KeptStack): {
  readonly hook: StackHook | undefined
  readonly sites: readonly NodeJS.CallSite[]
} {
  const { prepareStackTrace } = Error
  const hadHook = Object.hasOwn(Error, 'prepareStackTrace')
  let sites: readonly NodeJS.CallSite[] = []
  try {
    Error.prepareStackTrace = (_error, callSites) => {
      sites = callSites
    }
    // The stack is formatted when it is read.
    void stack.stack
  } finally {
    if (hadHook) Error.prepareStackTrace = prepareStackTrace
    else Reflect.deleteProperty(Error, 'prepareStackTrace')
  }
  return { hook: prepareStackTrace, sites }
}

/** In the words of the process's own hook; undefined if it has none, or one for other things. */
function placeByHook(
  hook: StackHook | undefined,
  holder: Error,
  site: NodeJS.CallSite,
): SourcePlace | undefined {
  if (typeof hook !== 'function') return undefined
  try {
    const formatted: unknown = hook.call(Error, holder, [site])
    if (typeof formatted !== 'string') return undefined
    return placeOfLine(formatted.split('\n').find((line) => /^\s*at /.test(line)))
  } catch {
    return undefined
  }
}
