import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { FindingCard } from './finding-card.js'
import { kindName } from './format.js'
import { useAsked, useReloadOn } from './hooks.js'
import type { Finding, Overview } from './page-types.js'

const never = (): void => {}

export function FindingsPage({
  isPaused,
  overview,
}: {
  isPaused: boolean
  overview: Overview | undefined
}): JSX.Element {
  const { data, error, reload } = useAsked<readonly Finding[]>('findings')
  useReloadOn('finding', isPaused ? never : reload, 500)
  const [kind, setKind] = useState('')
  const kinds = [...new Set(data?.map((finding) => finding.kind))].sort()
  const shown = data
    ?.filter((finding) => kind === '' || finding.kind === kind)
    .sort((one, other) => rank(other) - rank(one))
  return (
    <section aria-labelledby="title">
      <h1 id="title">Findings</h1>
      {kinds.length > 1 && (
        <fieldset class="filters">
          <legend class="quiet">Kind</legend>
          {['', ...kinds].map((each) => (
            <button key={each} type="button" aria-pressed={each === kind} onClick={() => setKind(each)}>
              {each === '' ? 'all' : kindName(each)}
            </button>
          ))}
        </fieldset>
      )}
      {error && <p class="trouble">{error}</p>}
      {data?.length === 0 && (
        <p class="nothing">
          Nothing was found so far. Requests are judged when they end; five different values of one statement
          make an N+1.
        </p>
      )}
      {shown?.map((finding) => (
        <FindingCard key={finding.id} finding={finding} overview={overview} />
      ))}
    </section>
  )
}

const ranks = { info: 0, warning: 1, critical: 2 }

/** The gravest first, then what costs most. */
function rank({ severity, evidence }: Finding): number {
  const saved = Number(evidence.savedMillis ?? evidence.totalMillis ?? 0)
  return ranks[severity] * 1e9 + Math.min(saved, 1e8)
}
