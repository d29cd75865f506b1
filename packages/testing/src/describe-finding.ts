import type { Finding } from '@pgspan/insights'

/** A finding for the output of a test runner. */
export function describeFinding(finding: Finding): string {
  const { kind, tier, unit, title, statement, source, callSite, fix, id } = finding
  return [
    `${kind}${tier ? ` (${tier})` : ''} in ${unit}: ${title}`,
    ...(statement ? [`  ${statement}`] : []),
    ...(source ? [`  values from ${source.column}`] : []),
    ...(callSite
      ? [`  at ${callSite.functionName ?? ''} (${callSite.file}:${callSite.line})`.replace('at  (', 'at (')]
      : []),
    `  fix: ${fix.replaceAll('\n', '\n       ')}`,
    `  ${id}`,
  ].join('\n')
}
