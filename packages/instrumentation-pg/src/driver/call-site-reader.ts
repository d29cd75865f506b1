import { existsSync } from 'node:fs'
import { isAbsolute, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CallSite } from '@pgspan/lifecycle'
import { captureFrames, framesOfStack, type OwnFunction, type StackFrame } from './stack-frames.js'

const applicationRoot = process.cwd()
const driverPackages: ReadonlySet<string> = new Set(['pg', 'pg-pool', 'pg-cursor', 'pg-query-stream'])

/** A loop and what it calls: beyond, all that a request does has come the same way. */
const pathDepth = 4

/** `webpack://shop/src/orders.ts`: the name of the application's package, and a path from its root. */
const webpackPattern = /^webpack[\w-]*:\/\/[^/]*\/(.+)$/

/**
 * The innermost line of the application in the running async stack; undefined if there is none.
 *
 * Costs some 20 µs. Whose code a frame is, is told by the file that runs: the source map of a package may lead anywhere,
 * also into the application. In a bundle, which holds everybody's code, its source map has to tell.
 *
 * @param ownOutermost the function of ours through which the stack came here. It and what it called are not looked
 * at; no file name would tell them in a bundle.
 * @see https://v8.dev/docs/stack-trace-api#async-stack-traces
 */
export function readCallSite(ownOutermost: OwnFunction): CallSite | undefined {
  return siteIn(captureFrames(ownOutermost))
}

/** The innermost line of the application that waits for what runs now; at the same cost. */
export function readWaitingSite(ownOutermost: OwnFunction): CallSite | undefined {
  return siteIn(captureFrames(ownOutermost).filter(({ isAsync }) => isAsync))
}

/**
 * The innermost line of the application in the stack of an error that the driver has given to its caller.
 *
 * It is a text in which sources are mapped already, so that a package's map may lead anywhere: with
 * `--enable-source-maps`, only files that exist are believed.
 */
export function callSiteOfError(error: unknown): CallSite | undefined {
  const stack = error instanceof Error ? error.stack : undefined
  if (typeof stack !== 'string') return undefined
  const site = siteIn(framesOfStack(stack))
  return site !== undefined && process.sourceMapsEnabled && !existsSync(site.file) ? undefined : site
}

/** The innermost line of the application in a stack. */
export function siteIn(frames: readonly StackFrame[]): CallSite | undefined {
  let library: string | undefined
  for (const [i, frame] of frames.entries()) {
    const running = frame.file === undefined ? undefined : pathOf(frame.file)
    if (running === undefined) continue
    let packageName = packageOf(running)
    if (packageName === undefined) {
      const { file, line, column, functionName } = frame.original()
      const path = pathOf(file) ?? running
      packageName = packageOf(path)
      if (packageName === undefined) {
        return {
          file: relativePath(path),
          line,
          column,
          functionName,
          library,
          path: pathThrough(frames.slice(i)),
        }
      }
    }
    if (!driverPackages.has(packageName)) library ??= packageName
  }
  return undefined
}

/** True for a frame of the driver itself, and for what is no file: Node's own and native code. */
export function isOfDriver({ file }: StackFrame): boolean {
  const path = file === undefined ? undefined : pathOf(file)
  return path === undefined || driverPackages.has(packageOf(path) ?? '')
}

/** The application's frames as one number: the innermost few, of which no two in a row are the same. */
function pathThrough(frames: readonly StackFrame[]): number {
  let hash = 0
  let last = 0
  let count = 0
  for (const { file, place } of frames) {
    if (count === pathDepth) break
    if (file === undefined || file.startsWith('node:') || packageOf(file) !== undefined) continue
    if (place === last) continue
    hash = Math.imul(hash, 31) ^ place ^ file.length
    last = place
    count++
  }
  return hash
}

/** What is no path, such as another bundler's name of a file, stays as it is. */
function relativePath(path: string): string {
  return isAbsolute(path) ? relative(applicationRoot, path).split(sep).join('/') : path
}

function pathOf(location: string): string | undefined {
  if (location.startsWith('node:')) return undefined
  if (location.startsWith('file:')) return fileURLToPath(location)
  const bundled = webpackPattern.exec(location)?.[1]
  return bundled === undefined ? location : join(applicationRoot, bundled)
}

/** The package whose code this is; undefined for the application's own. */
function packageOf(file: string): string | undefined {
  const folder = `${sep}node_modules${sep}`
  const start = file.lastIndexOf(folder)
  if (start === -1) return undefined
  const [scope = '', name = ''] = file.slice(start + folder.length).split(sep, 2)
  return scope.startsWith('@') ? `${scope}/${name}` : scope
}
