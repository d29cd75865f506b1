import type { Finding, FindingKind, FindingSeverity } from '@pgspan/insights'
import { packageVersion } from './package-version.js'

const levels: { readonly [Severity in FindingSeverity]: string } = {
  info: 'note',
  warning: 'warning',
  critical: 'error',
}

/**
 * Findings as a log of SARIF 2.1.0, which code scanning reads.
 *
 * @param known ids of findings that are no news.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifLog(findings: readonly Finding[], known: ReadonlySet<string>): object {
  const kinds = [...new Set(findings.map(({ kind }) => kind))].sort()
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'pgspan', version: packageVersion, rules: kinds.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => resultOf(finding, kinds, known)),
      },
    ],
  }
}

function ruleOf(kind: FindingKind): object {
  const words = kind.replaceAll('_', ' ')
  const name = words.replace(/(^| )(.)/g, (_, _space, letter: string) => letter.toUpperCase())
  return { id: kind, name, shortDescription: { text: `${words}.` } }
}

function resultOf(finding: Finding, kinds: readonly FindingKind[], known: ReadonlySet<string>): object {
  const { id, kind, severity, title, statement, callSite, fix, unit, tier, evidence } = finding
  const lines = [title, ...(statement ? [statement] : []), fix]
  return {
    ruleId: kind,
    ruleIndex: kinds.indexOf(kind),
    level: levels[severity],
    message: { text: lines.join('\n') },
    locations: callSite === undefined ? [] : [locationOf(callSite)],
    partialFingerprints: { 'pgspanFindingId/v1': id },
    baselineState: known.has(id) ? 'unchanged' : 'new',
    properties: { unit, tier, evidence },
  }
}

function locationOf({ file, line, column, functionName }: NonNullable<Finding['callSite']>): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: encodeURI(file), uriBaseId: '%SRCROOT%' },
      region: { startLine: line, startColumn: column },
    },
    ...(functionName !== undefined && { logicalLocations: [{ name: functionName, kind: 'function' }] }),
  }
}
