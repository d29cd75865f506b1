import type { Attributes } from '@opentelemetry/api'
import { attributes } from '@pgspan/conventions'
import type { Finding } from '../findings/finding.js'

/** The attributes of the log event of a finding: primitives only, without what is unknown. */
export function findingAttributes(finding: Finding): Attributes {
  const { callSite, source } = finding
  return {
    'pgspan.finding.id': finding.id,
    [attributes.pgspanFindingKind]: finding.kind,
    [attributes.pgspanFindingSeverity]: finding.severity,
    'pgspan.finding.unit': finding.unit,
    'pgspan.finding.sightings': finding.count,
    'pgspan.finding.fix': finding.fix,
    'pgspan.finding.docs': finding.docs,
    ...evidenceAttributes(finding),
    ...known('pgspan.finding.tier', finding.tier),
    ...known('pgspan.finding.fingerprint', finding.fingerprint),
    ...known('pgspan.finding.source.column', source?.column),
    ...known('pgspan.finding.source.summary', source?.summary),
    ...known('pgspan.finding.source.rows', source?.rows),
    ...known('pgspan.finding.plan.problem', finding.plan?.problem),
    ...known('pgspan.finding.plan.text', finding.plan?.text),
    [attributes.dbSystemName]: attributes.postgresql,
    ...known(attributes.dbNamespace, finding.namespace),
    ...known(attributes.dbQuerySummary, finding.fingerprint && finding.summary),
    ...known(attributes.dbQueryText, finding.statement),
    ...known(attributes.codeFilePath, callSite?.file),
    ...known(attributes.codeLineNumber, callSite?.line),
    ...known(attributes.codeFunctionName, callSite?.functionName),
  }
}

function known(name: string, value: string | number | undefined): Attributes {
  return value === undefined || value === '' ? {} : { [name]: value }
}

/** `savedMillis` as `pgspan.finding.saved_ms`. */
function evidenceAttributes({ evidence }: Finding): Attributes {
  const named: Attributes = {}
  for (const [detail, value] of Object.entries(evidence)) {
    if (value === undefined) continue
    const name = detail.replace(/Millis$/, 'Ms').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    named[`pgspan.finding.${name}`] = value
  }
  return named
}
