import { isAbsolute, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const applicationRoot = process.cwd()

/**
 * The frames of an error's stack under `firstLine`, with paths relative to the application's root; undefined if they
 * cannot be told from the error's text.
 *
 * @param text with what the stack's first line ends, and more lines that may look like frames.
 */
export function exceptionStack(stack: unknown, text: unknown, firstLine: string): string | undefined {
  if (typeof stack !== 'string' || typeof text !== 'string') return undefined
  const start = stack.indexOf(text)
  if (start === -1) return undefined
  const lines = stack.slice(start + text.length).split('\n')
  const frames = lines.filter((line) => /^\s+at /.test(line) && !line.includes('eval at ')).map(relativeFrame)
  return [firstLine, ...frames].join('\n')
}

/** A frame up to its path: `    at load (` or `    at async `. */
const beforePath = /^\s+at (?:async )?(?:.*? \((?=\/|file:|[A-Za-z]:[\\/]))?/

/** `    at async load (file:///app/src/orders.js:12:5)` as `    at async load (src/orders.js:12:5)`. */
function relativeFrame(frame: string): string {
  const start = beforePath.exec(frame)?.[0].length ?? 0
  const [, path = '', position = ''] = /^(.*?)((?::\d+)*\)?)$/.exec(frame.slice(start)) ?? []
  return frame.slice(0, start) + relativePath(path) + position
}

function relativePath(location: string): string {
  const path = location.startsWith('file:') ? fileURLToPath(location) : location
  return isAbsolute(path) ? relative(applicationRoot, path).split(sep).join('/') : path
}
