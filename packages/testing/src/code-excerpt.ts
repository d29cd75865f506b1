import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { CallSite } from '@pgspan/lifecycle'

const linesAround = 1

/** The line of code and its neighbours, with the line marked; empty if the file cannot be read. */
export function codeExcerpt({ file, line }: CallSite): readonly string[] {
  const lines = linesOf(file)
  if (lines === undefined || line > lines.length) return []
  const first = Math.max(1, line - linesAround)
  const last = Math.min(lines.length, line + linesAround)
  const width = String(last).length
  return lines.slice(first - 1, last).map((text, index) => {
    const number = first + index
    return `${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${text}`.trimEnd()
  })
}

/** `at load (src/orders.js:12)`. */
export function placeOf({ file, line, functionName }: CallSite): string {
  return functionName === undefined ? `at ${file}:${line}` : `at ${functionName} (${file}:${line})`
}

function linesOf(file: string): readonly string[] | undefined {
  try {
    return readFileSync(resolve(file), 'utf8').split(/\r?\n/)
  } catch {
    return undefined
  }
}
