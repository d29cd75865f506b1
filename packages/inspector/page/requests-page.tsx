import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { count, duration, queries, time } from './format.js'
import { useAsked } from './hooks.js'
import { onLive } from './live.js'
import type { RecentUnit } from './page-types.js'
import { moveFocus, useShortcuts } from './shortcuts.js'
import { Bar, labelOf, type Phase, PhaseLegend, type Stretch } from './unit-bar.js'

const keptUnits = 1_000
const shownUnits = 200

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
  const longest = Math.max(1, ...(matching ?? []).slice(0, shownUnits).map((unit) => unit.durationMillis))
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
              <th scope="col">Where it went</th>
              <th scope="col" class="number">
                Queries
              </th>
              <th scope="col" class="number">
                Database
              </th>
              <th scope="col" class="number">
                Waits
              </th>
              <th scope="col">Findings</th>
            </tr>
          </thead>
          <tbody>
            {matching.slice(0, shownUnits).map((unit) => (
              <UnitRow key={unit.number} unit={unit} longest={longest} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function UnitRow({ unit, longest }: { unit: RecentUnit; longest: number }): JSX.Element {
  const { databaseMillis, waitMillis, failedQueries, findings } = unit
  const parts = [
    ['wait', waitMillis],
    ['execute', databaseMillis],
  ] as const
  return (
    <tr>
      <td class="quiet">{time(unit.startedAt)}</td>
      <td>
        <a href={`#/requests/${unit.number}`}>{unit.name}</a>
        {unit.kind !== 'http' && <span class="badge">{unit.kind}</span>}
      </td>
      <td>
        <Status code={unit.statusCode} />
      </td>
      <td class="number">{duration(unit.durationMillis)}</td>
      <td class="wide">
        <Bar label={labelOf(parts)} stretches={stretchesOf(parts, unit.durationMillis, longest)} />
      </td>
      <td class="number">
        {count(unit.queries)}
        {failedQueries > 0 && <span class="badge critical">{queries(failedQueries)} failed</span>}
      </td>
      <td class="number">{duration(databaseMillis)}</td>
      <td class="number">{duration(waitMillis)}</td>
      <td>{findings.length > 0 && <span class="badge warning">{findings.length}</span>}</td>
    </tr>
  )
}

/** The length of the bar is the duration; sums over queries side by side are more, and take all of it. */
function stretchesOf(
  parts: readonly (readonly [Phase, number])[],
  durationMillis: number,
  longest: number,
): readonly Stretch[] {
  const whole = Math.max(
    durationMillis,
    parts.reduce((sum, [, millis]) => sum + millis, 0),
  )
  const length = durationMillis / longest
  const stretches: Stretch[] = [{ phase: 'rest', start: 0, length }]
  let start = 0
  for (const [phase, millis] of parts) {
    stretches.push({ phase, start, length: (millis / whole) * length })
    start += (millis / whole) * length
  }
  return stretches
}

export function Status({ code }: { code: number | undefined }): JSX.Element | null {
  if (code === undefined) return null
  return <span class={code >= 500 ? 'badge critical' : code >= 400 ? 'badge warning' : 'quiet'}>{code}</span>
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
  return matching > shownUnits ? `the latest ${shownUnits} of ${count(matching)}` : count(matching)
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
    let frame = 0
    const stop = onLive('request', (unit) => {
      arrived.push(unit)
      // Hundreds may arrive in a second; people see sixty.
      frame ||= requestAnimationFrame(() => {
        const news = arrived.reverse()
        arrived = []
        frame = 0
        setUnits((known) => merge(news, known ?? []))
      })
    })
    return () => {
      stop()
      cancelAnimationFrame(frame)
    }
  }, [isPaused, first.reload])
  return { units, error: first.error }
}

/** The latest first, each once. */
function merge(latest: readonly RecentUnit[], known: readonly RecentUnit[]): readonly RecentUnit[] {
  const numbers = new Set(latest.map(({ number }) => number))
  return [...latest, ...known.filter(({ number }) => !numbers.has(number))]
    .sort((one, other) => other.number - one.number)
    .slice(0, keptUnits)
}
