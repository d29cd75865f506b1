import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { barScale } from './bar-scale.js'
import { requests } from './format.js'
import { useAsked } from './hooks.js'
import { onLive } from './live.js'
import type { RecentUnit } from './page-types.js'
import { moveFocus, useShortcuts } from './shortcuts.js'
import { PhaseLegend } from './unit-bar.js'
import { unitRow } from './unit-row.js'

const keptUnits = 1_000
const shownUnits = 200
/** Hundreds may arrive in a second; people see ten. */
const refreshMillis = 100
const sums = 'The sum over its queries, which may run side by side.'

export function RequestsPage({ isPaused }: { isPaused: boolean }): JSX.Element {
  const { units, error } = useUnits(isPaused)
  const [filter, setFilter] = useState('')
  const [onlyFindings, setOnlyFindings] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  useShortcuts({
    j: () => moveFocus('tbody a', 1),
    k: () => moveFocus('tbody a', -1),
    '/': () => field.current?.focus(),
  })
  const matching = useMemo(() => {
    const wanted = filter.toLowerCase()
    return units?.filter(
      (unit) =>
        (!onlyFindings || unit.findings.length > 0) &&
        (unit.name.toLowerCase().includes(wanted) || unit.traceId?.includes(wanted)),
    )
  }, [units, filter, onlyFindings])
  const shown = matching?.slice(0, shownUnits) ?? []
  const scale = barScale(shown.map(({ durationMillis }) => durationMillis))
  return (
    <section aria-labelledby="title">
      <h1 id="title">Requests</h1>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          Route or trace id{' '}
          <input
            ref={field}
            type="search"
            value={filter}
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
        </label>
        <label>
          <input
            type="checkbox"
            checked={onlyFindings}
            onChange={(event) => setOnlyFindings(event.currentTarget.checked)}
          />{' '}
          with findings
        </label>
        <span class="quiet">{matching && shownOf(matching.length)}</span>
        <PhaseLegend of={['wait', 'execute', 'rest']} />
      </form>
      {error && <p class="trouble">{error}</p>}
      {matching?.length === 0 && <Nothing isFiltered={units?.length !== 0} />}
      {!!matching?.length && (
        <table class="requests">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Request</th>
              <th scope="col">Status</th>
              <th scope="col" class="number">
                Duration
              </th>
              <th scope="col" class="wide" title="Longer ones are cut off.">
                Where it went, up to {scaleText(scale)}
              </th>
              <th scope="col" class="number">
                Queries
              </th>
              <th scope="col" class="number" title={sums}>
                Database
              </th>
              <th scope="col" class="number" title={sums}>
                Waits
              </th>
              <th scope="col" class="number">
                Findings
              </th>
            </tr>
          </thead>
          <tbody>{shown.map((unit) => unitRow(unit, scale))}</tbody>
        </table>
      )}
    </section>
  )
}

function Nothing({ isFiltered }: { isFiltered: boolean }): JSX.Element {
  return (
    <p class="nothing">
      {isFiltered
        ? 'No request matches.'
        : 'No request has made a query yet. Use the application; what it does to PostgreSQL appears here.'}
    </p>
  )
}

function shownOf(matching: number): string {
  return matching > shownUnits ? `the latest ${shownUnits} of ${requests(matching)}` : requests(matching)
}

/** A round figure. */
function scaleText(millis: number): string {
  return millis < 1_000 ? `${millis} ms` : `${millis / 1_000} s`
}

/** What there was when the page was opened, and what has ended since. */
function useUnits(isPaused: boolean): {
  readonly units: readonly RecentUnit[] | undefined
  readonly error: string | undefined
} {
  const first = useAsked<readonly RecentUnit[]>(`requests?limit=${keptUnits}`)
  const [units, setUnits] = useState<readonly RecentUnit[]>()
  // What arrives while the page is paused is shown when it goes on.
  const { data } = first
  useEffect(() => {
    if (data !== undefined) setUnits((later) => merge(later ?? [], data))
  }, [data])
  useEffect(() => {
    if (isPaused) return
    first.reload()
    let arrived: RecentUnit[] = []
    let timer: number | undefined
    const stop = onLive('request', (unit) => {
      arrived.push(unit)
      timer ??= window.setTimeout(() => {
        const news = arrived.reverse()
        arrived = []
        timer = undefined
        setUnits((known) => merge(news, known ?? []))
      }, refreshMillis)
    })
    return () => {
      stop()
      window.clearTimeout(timer)
    }
  }, [isPaused, first.reload])
  return { units, error: first.error }
}

/** The latest first, each once. */
function merge(latest: readonly RecentUnit[], known: readonly RecentUnit[]): readonly RecentUnit[] {
  // What is known stays the same object, and so its row.
  const numbers = new Set(known.map(({ number }) => number))
  return [...latest.filter(({ number }) => !numbers.has(number)), ...known]
    .sort((one, other) => other.number - one.number)
    .slice(0, keptUnits)
}
