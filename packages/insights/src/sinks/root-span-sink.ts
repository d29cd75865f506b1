import { type Span, trace } from '@opentelemetry/api'
import { attributes } from '@pgspan/conventions'
import type { FindingSeverity } from '../findings/finding.js'
import type { FindingSink, SightedFinding } from '../findings/finding-sink.js'
import { severityRank } from '../findings/severity-rank.js'
import { roundMillis } from '../round-millis.js'

const maximumIds = 8

interface Found {
  readonly kind: string
  readonly severity: FindingSeverity
  readonly savedMillis: number
}

/**
 * Writes what was found on the span of the unit of work, as long as it records: how many findings, at most eight ids,
 * their kinds, the highest severity, and the estimated saving.
 *
 * Where no local root span is known, the caller's active span stands for it.
 */
export class RootSpanSink implements FindingSink {
  readonly name = 'root-span-sink'
  readonly #found: WeakMap<Span, Map<string, Found>> = new WeakMap()

  updated({ finding, unit, callerContext }: SightedFinding): void {
    const span = unit?.rootSpan ?? trace.getSpan(callerContext)
    if (span === undefined || !span.isRecording()) return
    let found = this.#found.get(span)
    if (found === undefined) {
      found = new Map()
      this.#found.set(span, found)
    }
    found.set(finding.id, {
      kind: finding.kind,
      severity: finding.severity,
      savedMillis: finding.evidence.savedMillis ?? 0,
    })
    write(span, found)
  }
}

function write(span: Span, found: ReadonlyMap<string, Found>): void {
  const all = [...found.values()]
  const severities = all.map(({ severity }) => severity)
  span.setAttributes({
    [attributes.pgspanFindingsCount]: found.size,
    [attributes.pgspanFindingsIds]: [...found.keys()].slice(0, maximumIds),
    [attributes.pgspanFindingsKinds]: [...new Set(all.map(({ kind }) => kind))],
    [attributes.pgspanFindingsMaxSeverity]: severities.reduce(highest),
    [attributes.pgspanFindingsSavedMillis]: roundMillis(all.reduce((sum, one) => sum + one.savedMillis, 0)),
  })
}

function highest(left: FindingSeverity, right: FindingSeverity): FindingSeverity {
  return severityRank[left] >= severityRank[right] ? left : right
}
