import { createReadStream, type Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { events, attributes as names } from '@pgspan/conventions'
import { type LogBatch, type LoggedQuery, queryOfLine } from './logged-query.js'

const chunkBytes = 1024 * 1024

/**
 * The files of a log, the oldest first: a file is itself, a directory all of its `.ndjson` files. Files that were put
 * aside come before the one that they were.
 *
 * @throws the system's error if there is no such path.
 */
export async function logFilesOf(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [path]
  const entries = await readdir(path, { withFileTypes: true })
  const isLog = (entry: Dirent): boolean => entry.isFile() && entry.name.endsWith('.ndjson')
  return entries
    .filter(isLog)
    .map(({ name }) => join(path, name))
    .sort((left, right) => (ageKey(left) < ageKey(right) ? -1 : 1))
}

/** Files with a time in their names sort by it, before those without. */
function ageKey(path: string): string {
  return /\.(\d{8}T\d{9}Z-\d+)\.ndjson$/.exec(path)?.[1] ?? `~${basename(path)}`
}

/** Reads files of lines of JSON in chunks: memory stays flat. A file that is rotated away meanwhile is read to its end. */
export async function* readFiles(paths: readonly string[]): AsyncGenerator<LogBatch> {
  for (const path of paths) yield* readFile(path)
}

async function* readFile(path: string): AsyncGenerator<LogBatch> {
  let begun = ''
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: chunkBytes })) {
    const lines = (begun + chunk).split('\n')
    begun = lines.pop() ?? ''
    yield batchOf(lines)
    // A line without an end is nobody's entry, and must not fill the memory.
    if (begun.length > 16 * chunkBytes) begun = ''
  }
  if (begun !== '') yield batchOf([begun])
}

function batchOf(lines: readonly string[]): LogBatch {
  const queries: LoggedQuery[] = []
  let lost = 0
  let unreadable = 0
  for (const line of lines) {
    if (line === '') continue
    const fields = fieldsOf(line)
    if (fields === undefined) unreadable++
    else if (fields['event.name'] === events.entriesLostEvent)
      lost += Number(fields[names.pgspanLogLost]) || 0
    else if (fields['event.name'] === events.queryEvent) {
      const query = queryOfLine(fields)
      if (query === undefined) unreadable++
      else queries.push(query)
    }
  }
  return { queries, lost, unreadable }
}

function fieldsOf(line: string): Record<string, unknown> | undefined {
  try {
    const fields: unknown = JSON.parse(line)
    return typeof fields === 'object' && fields !== null ? (fields as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
