import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The line of a file that ends with the comment `// <mark>`, from 1. */
export function lineMarked(file: string | URL, mark: string): number {
  const path = typeof file === 'string' && !file.startsWith('file:') ? file : fileURLToPath(file)
  const lines = readFileSync(path, 'utf8').split('\n')
  const index = lines.findIndex((line) => line.trimEnd().endsWith(`// ${mark}`))
  if (index === -1) throw new Error(`no line is marked with ${mark}`)
  return index + 1
}
