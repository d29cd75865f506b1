import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { ask } from './ask.js'
import type { FindingPlan } from './page-types.js'

/** How the server would execute a statement: its main problem in a sentence, and its steps. */
export function Plan({ plan }: { plan: FindingPlan }): JSX.Element {
  return (
    <div class="plan">
      <p>
        <b>Plan:</b> {plan.problem ?? 'Nothing in it stands out.'}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long line is scrolled with the keyboard */}
      <pre tabIndex={0}>{plan.text}</pre>
    </div>
  )
}

/** Asks for the plan; the statement is not executed. */
export function ExplainButton({ fingerprint }: { fingerprint: string }): JSX.Element {
  const [state, setState] = useState<{ isAsking?: true; plan?: FindingPlan; error?: string }>({})
  const explain = (): void => {
    setState({ isAsking: true })
    ask<FindingPlan>(`explain?fingerprint=${encodeURIComponent(fingerprint)}`, 'POST').then(
      (plan) => setState({ plan }),
      (error: Error) => setState({ error: error.message }),
    )
  }
  return (
    <>
      <button type="button" class="small" onClick={explain} disabled={state.isAsking === true}>
        {state.isAsking ? 'Asking …' : 'EXPLAIN'}
      </button>
      <div aria-live="polite">
        {state.plan && <Plan plan={state.plan} />}
        {state.error && <p class="trouble">{state.error}</p>}
      </div>
    </>
  )
}
