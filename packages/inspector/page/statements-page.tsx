import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { Statement } from './finding-card.js'
import { count, duration, percent } from './format.js'
import { useAsked, useReloadOn } from './hooks.js'
import type { Overview, StatementRow } from './page-types.js'
import { ExplainButton } from './plan.js'
import { moveFocus, useShortcuts } from './shortcuts.js'
import { Sparkline } from './sparkline.js'
import { Bar } from './unit-bar.js'

const never = (): void => {}
const other = '_OTHER'

type Column = readonly [
  label: string,
  value: (row: StatementRow) => number,
  show: (row: StatementRow) => string,
]

const columns: readonly Column[] = [
  ['Total', (row) => row.totalMillis, (row) => duration(row.totalMillis)],
  ['Calls', (row) => row.count, (row) => count(row.count)],
  ['p50', (row) => row.p50Millis, (row) => duration(row.p50Millis)],
  ['p95', (row) => row.p95Millis, (row) => duration(row.p95Millis)],
  ['Longest', (row) => row.maximumMillis, (row) => duration(row.maximumMillis)],
  ['Rows per call', rowsPerCall, (row) => count(Math.round(rowsPerCall(row) * 10) / 10)],
  ['Failed', failed, (row) => count(failed(row))],
]

export function StatementsPage({
  isPaused,
}: {
  isPaused: boolean
  overview: Overview | undefined
}): JSX.Element {
  const { data, error, reload } = useAsked<readonly StatementRow[]>('statements')
  useReloadOn('request', isPaused ? never : reload, 2_000)
  const [sorted, setSorted] = useState(0)
  const [open, setOpen] = useState<string>()
  const [filter, setFilter] = useState('')
  const field = useRef<HTMLInputElement>(null)
  useShortcuts({
    j: () => moveFocus('tbody button.row', 1),
    k: () => moveFocus('tbody button.row', -1),
    '/': () => field.current?.focus(),
  })
  const whole = data?.reduce((sum, row) => sum + row.totalMillis, 0) || 1
  const by = columns[sorted]?.[1] ?? rowsPerCall
  const rows = data
    ?.filter((row) => `${row.summary} ${row.statement}`.toLowerCase().includes(filter.toLowerCase()))
    .sort((one, another) => by(another) - by(one))
  return (
    <section aria-labelledby="title">
      <h1 id="title">Statements</h1>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          Text{' '}
          <input
            ref={field}
            type="search"
            value={filter}
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
        </label>
      </form>
      {error && <p class="trouble">{error}</p>}
      {rows?.length === 0 && <p class="nothing">No statement yet.</p>}
      {!!rows?.length && (
        <table>
          <thead>
            <tr>
              <th scope="col">Statement</th>
              <th scope="col">Share</th>
              {columns.map(([label], n) => (
                <th
                  key={label}
                  scope="col"
                  class="number"
                  aria-sort={n === sorted ? 'descending' : undefined}
                >
                  <button type="button" class="plain" onClick={() => setSorted(n)}>
                    {label}
                    {n === sorted && ' ↓'}
                  </button>
                </th>
              ))}
              <th scope="col">Calls in 10 min</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <StatementLines
                key={row.fingerprint}
                row={row}
                whole={whole}
                isOpen={open === row.fingerprint}
                onToggle={() => setOpen(open === row.fingerprint ? undefined : row.fingerprint)}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function StatementLines({
  row,
  whole,
  isOpen,
  onToggle,
}: {
  row: StatementRow
  whole: number
  isOpen: boolean
  onToggle: () => void
}): JSX.Element {
  const share = row.totalMillis / whole
  const name = row.fingerprint === other ? 'all others' : row.summary
  return (
    <>
      <tr>
        <td class="wide">
          <button type="button" class="plain row" aria-expanded={isOpen} onClick={onToggle}>
            <span class="summary">{name}</span> <span class="text">{row.statement.slice(0, 120)}</span>
          </button>
        </td>
        <td class="share">
          <span>
            <Bar stretches={[{ phase: 'execute', start: 0, length: share }]} label={percent(share)} />
            {percent(share)}
          </span>
        </td>
        {columns.map(([label, , show]) => (
          <td key={label} class="number">
            {label === 'Failed' && failed(row) > 0 ? (
              <span class="badge critical">{show(row)}</span>
            ) : (
              show(row)
            )}
          </td>
        ))}
        <td>{row.rates && <Sparkline values={row.rates} label={`calls of ${name}`} />}</td>
      </tr>
      {isOpen && (
        <tr class="details">
          <td colSpan={columns.length + 3}>
            <Statement text={row.statement || name} />
            {row.fingerprint !== other && <ExplainButton fingerprint={row.fingerprint} />}
            <p class="quiet">
              fingerprint <code>{row.fingerprint}</code>
              {Object.entries(row.errors).map(([code, times]) => (
                <span key={code} class="badge critical">
                  {code}: {count(times)}
                </span>
              ))}
            </p>
          </td>
        </tr>
      )}
    </>
  )
}

function rowsPerCall({ rows, count: calls }: StatementRow): number {
  return calls === 0 ? 0 : rows / calls
}

function failed({ errors }: StatementRow): number {
  return Object.values(errors).reduce((sum, times) => sum + times, 0)
}
