import { findSourceMap } from 'node:module'

/** A place in a source file. */
export interface SourcePlace {
  /** A path, or a `file:` URL. */
  readonly file: string
  readonly line: number
  readonly column: number
  /** Undefined for functions without a name. */
  readonly functionName: string | undefined
}

/** `load (file:///app/orders.js:12:5)`, `/app/orders.js:12:5`, and with `at` or `async` before it. */
const placePattern = /^\s*(?:at )?(?:async )?(?:(.*?) \()?([^()\s][^()]*?):(\d+):(\d+)\)?$/

/** How far after the beginning of a function its name may stand in code without superfluous space. */
const nameOffsets: readonly number[] = ['function ', 'async function ', 'function*', 'async function*'].map(
  ({ length }) => length,
)

/** An async frame stands at its `await`, which some minifiers leave out of the map: what is awaited begins after it. */
const awaitLength = 'await '.length

/** Reads one line of a formatted stack. */
export function placeOfLine(line: string | undefined): SourcePlace | undefined {
  const match = line === undefined ? undefined : placePattern.exec(line)
  if (!match) return undefined
  const [, name, file = '', lineNumber, column] = match
  return { file, line: Number(lineNumber), column: Number(column), functionName: nameOf(name) }
}

/** In the file that runs. */
export function runningPlaceOf(site: NodeJS.CallSite): SourcePlace {
  return (
    placeOfLine(String(site)) ?? {
      file: site.getFileName() ?? '',
      line: site.getLineNumber() ?? 0,
      column: site.getColumnNumber() ?? 0,
      functionName: site.getFunctionName() ?? undefined,
    }
  )
}

/** In the source that the running file was made of; undefined unless this process runs with `--enable-source-maps`. */
export function mappedPlaceOf(site: NodeJS.CallSite): SourcePlace | undefined {
  const file = site.getFileName()
  if (!process.sourceMapsEnabled || !file) return undefined
  const map = findSourceMap(file)
  const column = (site.getColumnNumber() ?? 1) - 1 + (site.isAsync() ? awaitLength : 0)
  const entry = map?.findEntry((site.getLineNumber() ?? 1) - 1, column)
  if (map === undefined || entry === undefined || !('originalSource' in entry)) return undefined
  return {
    file: entry.originalSource,
    line: entry.originalLine + 1,
    column: entry.originalColumn + 1,
    functionName: mappedNameOf(site, map) ?? runningPlaceOf(site).functionName,
  }
}

/** The name that a minifier took from a function: the map has it where the short name stands. */
function mappedNameOf(
  site: NodeJS.CallSite,
  map: NonNullable<ReturnType<typeof findSourceMap>>,
): string | undefined {
  if (site.getFunctionName() === null) return undefined
  const line = (site.getEnclosingLineNumber?.() ?? 0) - 1
  const column = (site.getEnclosingColumnNumber?.() ?? 0) - 1
  if (line < 0 || column < 0) return undefined
  for (const offset of nameOffsets) {
    // The types of Node do not have the name.
    const entry: { name?: string | undefined; generatedColumn?: number } = map.findEntry(
      line,
      column + offset,
    )
    if (entry.name && entry.generatedColumn === column + offset) return entry.name
  }
  return undefined
}

/** `Object.<anonymous>` and the like name nothing. */
function nameOf(name: string | undefined): string | undefined {
  return name === undefined || name.includes('<anonymous>') ? undefined : name
}
