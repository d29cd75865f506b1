import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Finds the lines of a test file that end with `// ← mark`, as a finding names them. */
export function linesOf(url: string): (mark: string) => { file: string; line: number } {
  const path = fileURLToPath(url)
  const lines = readFileSync(path, 'utf8').split('\n')
  return (mark) => {
    const index = lines.findIndex((line) => line.endsWith(`// ← ${mark}`))
    if (index === -1) throw new Error(`no line of ${path} ends with ← ${mark}`)
    return { file: relative(process.cwd(), path), line: index + 1 }
  }
}
