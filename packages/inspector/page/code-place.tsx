import type { JSX } from 'preact'
import type { Overview } from './page-types.js'

/** A line of the application, as a link that opens it in the editor. */
export function CodePlace({
  file,
  line,
  column = 1,
  functionName,
  overview,
}: {
  file: string
  line: number
  column?: number
  functionName?: string | undefined
  overview: Overview | undefined
}): JSX.Element {
  const place = `${file}:${line}`
  return (
    <span class="place">
      {overview ? <a href={editorAddress(overview, file, line, column)}>{place}</a> : place}
      {functionName && <span class="quiet"> in {functionName}</span>}
    </span>
  )
}

function editorAddress({ editorLink, root }: Overview, file: string, line: number, column: number): string {
  const path = file.startsWith('/') ? file : `${root}/${file}`
  return editorLink
    .replaceAll('{file}', encodeURI(path).replaceAll('#', '%23').replaceAll('?', '%3F'))
    .replaceAll('{line}', String(line))
    .replaceAll('{column}', String(column))
}

/** Where the trace can be looked at. */
export function TraceLinks({
  traceId,
  overview,
}: {
  traceId: string | undefined
  overview: Overview | undefined
}): JSX.Element | null {
  if (traceId === undefined) return null
  const links = Object.entries(overview?.traceLinks ?? {})
  return (
    <span class="trace">
      trace <code>{traceId}</code>
      {links.map(([name, address]) => (
        <a key={name} href={address.replaceAll('{traceId}', traceId)} target="_blank" rel="noreferrer">
          {name}
        </a>
      ))}
    </span>
  )
}
