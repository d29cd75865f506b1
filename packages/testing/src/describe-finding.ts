import type { Finding } from '@pgspan/insights'
import { codeExcerpt, placeOf } from './code-excerpt.js'

/** A finding for the output of a test runner, with its line of code. */
export function describeFinding(finding: Finding): string {
  const { kind, tier, unit, title, statement, source, callSite, plan, fix, id } = finding
  return [
    `${kind}${tier ? ` (${tier})` : ''} in ${unit}: ${title}`,
    ...(statement ? [`  ${statement}`] : []),
    ...(source ? [`  values from ${source.column}`] : []),
    ...(callSite ? [`  ${placeOf(callSite)}`, ...codeExcerpt(callSite).map((line) => `    ${line}`)] : []),
    ...(plan?.problem ? [`  plan: ${plan.problem}`] : []),
    `  fix: ${fix.replaceAll('\n', '\n       ')}`,
    `  ${id}`,
  ].join('\n')
}
