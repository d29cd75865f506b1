import { trace } from '@opentelemetry/api'
import type { FindingDraft } from '../findings/finding.js'
import type { FindingSubject } from '../findings/finding-log.js'
import { graphqlAdvice, libraryAdvice } from './library-advice.js'

/** What to do about a finding, and how the library in use does that. */
export function completeFix(draft: FindingDraft, subject: FindingSubject): string {
  const { kind, callSite } = draft
  const fix = draft.fix(callSite?.library)
  const isLoop = kind === 'n_plus_one' || kind === 'duplicate_query'
  if (isLoop && isGraphql(subject)) return `${fix} ${graphqlAdvice}`
  // An N+1's fix has it already.
  const offered = kind === 'n_plus_one' ? undefined : libraryAdvice(callSite?.library, kind)
  return offered === undefined ? fix : `${fix} With ${offered.name}: ${offered.advice}.`
}

/** A request to an endpoint of that name, or a span of a GraphQL instrumentation around the query. */
function isGraphql({ unit, callerContext }: FindingSubject): boolean {
  if (unit !== undefined && /\bgraphql\b/i.test(unit.name)) return true
  // An SDK's span knows who made it; the api's does not.
  const span = trace.getSpan(callerContext) as
    | { readonly instrumentationScope?: { readonly name?: unknown } }
    | undefined
  return /graphql/i.test(String(span?.instrumentationScope?.name ?? ''))
}
