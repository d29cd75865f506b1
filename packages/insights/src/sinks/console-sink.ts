import type { Finding } from '../findings/finding.js'

/** Findings that were printed are remembered up to here. */
const maximumIds = 2_000

/**
 * Makes a listener for {@link Insights.subscribe} that prints a readable block on stderr for every new finding, once
 * per id, and one line more when its plan is known. For development.
 *
 * @param write where the text goes; stderr by default.
 */
export function createConsoleSink(
  write: (text: string) => void = (text) => void process.stderr.write(text),
): (finding: Finding) => void {
  const printed: Set<string> = new Set()
  const planned: Set<string> = new Set()
  return (finding) => {
    const { id, plan } = finding
    if (printed.size >= maximumIds) return
    if (!printed.has(id)) write(blockOf(finding))
    else if (plan !== undefined && !planned.has(id))
      write(`\npgspan  ${planOf(finding)}\n        id      ${id}\n`)
    printed.add(id)
    if (plan !== undefined) planned.add(id)
  }
}

function blockOf(finding: Finding): string {
  const lines = [
    `${finding.kind} ${finding.severity}: ${finding.title}`,
    placeOf(finding),
    savingOf(finding),
    sourceOf(finding),
    planOf(finding),
    finding.statement && `query   ${clipped(finding.statement)}`,
    `fix     ${finding.fix}`,
    `id      ${finding.id}${finding.traceId === undefined ? '' : `, trace ${finding.traceId}`}`,
  ]
  const [first, ...rest] = lines.filter(Boolean)
  return `\npgspan  ${first}\n${rest.map((line) => `        ${line}\n`).join('')}`
}

function placeOf({ callSite }: Finding): string {
  if (callSite === undefined) return ''
  const name = callSite.functionName === undefined ? '' : ` (${callSite.functionName})`
  return `at      ${callSite.file}:${callSite.line}:${callSite.column}${name}`
}

function savingOf({ evidence }: Finding): string {
  const { totalMillis, savedMillis, concurrency } = evidence
  if (totalMillis === undefined || savedMillis === undefined) return ''
  return `cost    ${totalMillis.toFixed(1)} ms ${concurrency ?? ''}, about ${savedMillis.toFixed(1)} ms to save`
}

function sourceOf({ source, evidence }: Finding): string {
  if (source === undefined) return ''
  const coverage = evidence.coverage === undefined ? '' : ` (${evidence.coverage} values)`
  return `source  ${source.column} of ${source.rows} rows${coverage}: ${clipped(source.statement)}`
}

function planOf({ plan }: Finding): string {
  return plan === undefined ? '' : `plan    ${plan.problem ?? 'Nothing in the plan stands out.'}`
}

function clipped(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 160 ? `${line.slice(0, 159)}…` : line
}
