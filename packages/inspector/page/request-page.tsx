import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { TraceLinks } from './code-place.js'
import { FindingCard, Statement } from './finding-card.js'
import { count, duration, queries } from './format.js'
import { useAsked } from './hooks.js'
import { Moment } from './moment.js'
import type { Overview, RecentQuery, UnitPage } from './page-types.js'
import { moveFocus, useShortcuts } from './shortcuts.js'
import { Bar, labelOf, type Phase, PhaseLegend, type Stretch } from './unit-bar.js'
import { Status } from './unit-row.js'

export function RequestPage({
  number,
  overview,
}: {
  number: string
  overview: Overview | undefined
}): JSX.Element {
  const { data: unit, error } = useAsked<UnitPage>(`requests/${encodeURIComponent(number)}`)
  useShortcuts({
    u: () => location.assign('#/requests'),
    j: () => moveFocus('.waterfall button.row', 1),
    k: () => moveFocus('.waterfall button.row', -1),
  })
  return (
    <section aria-labelledby="title">
      <p>
        <a href="#/requests">← Requests</a>
      </p>
      <h1 id="title">{unit?.name ?? `Request ${number}`}</h1>
      {error && <p class="trouble">{error.includes('404') ? 'This request is not kept any more.' : error}</p>}
      {unit && <UnitView unit={unit} overview={overview} />}
    </section>
  )
}

function UnitView({ unit, overview }: { unit: UnitPage; overview: Overview | undefined }): JSX.Element {
  const facts: readonly (readonly [string, string])[] = [
    ['duration', duration(unit.durationMillis)],
    ['queries', count(unit.queries)],
    ['failed', count(unit.failedQueries)],
    ['database', duration(unit.databaseMillis)],
    ['waits', duration(unit.waitMillis)],
    ['rows', count(unit.rows)],
  ]
  return (
    <>
      <p class="quiet parts">
        <Moment at={unit.startedAt} />
        {unit.statusCode !== undefined && (
          <span>
            status <Status code={unit.statusCode} />
          </span>
        )}
        <TraceLinks traceId={unit.traceId} overview={overview} />
      </p>
      <dl class="facts large">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {unit.found.length > 0 && <h2>Findings</h2>}
      {unit.found.map((finding) => (
        <FindingCard key={finding.id} finding={finding} overview={overview} />
      ))}
      <h2>Queries</h2>
      <PhaseLegend of={['wait', 'queue', 'execute', 'read']} />
      <div class="axis" aria-hidden="true">
        {[0, 0.5, 1].map((share) => (
          <span key={share}>{share === 0 ? '0' : duration(unit.durationMillis * share)}</span>
        ))}
      </div>
      <ol class="waterfall">
        {unit.listed.map((query, n) => (
          // Queries have no names, and keep their order.
          <QueryRow key={n} query={query} whole={unit.durationMillis} />
        ))}
      </ol>
      {unit.queries > unit.listed.length && (
        <p class="quiet">{queries(unit.queries - unit.listed.length)} more are counted and not listed.</p>
      )}
    </>
  )
}

function QueryRow({ query, whole }: { query: RecentQuery; whole: number }): JSX.Element {
  const [isOpen, setOpen] = useState(false)
  const parts = phasesOf(query)
  return (
    <li class={isOpen ? 'open' : undefined}>
      <button type="button" class="row" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span class="summary">{query.summary}</span>
        <span class="text">{query.statement.slice(0, 200)}</span>
        <span class="number">{duration(query.durationMillis)}</span>
        <Bar stretches={stretchesOf(parts, query.startMillis, whole)} label={labelOf(parts)} />
      </button>
      {query.errorCode !== undefined && <span class="badge critical">failed, {query.errorCode}</span>}
      {isOpen && (
        <div class="details">
          <Statement text={query.statement} />
          <dl class="facts">
            <div>
              <dt>begins after</dt>
              <dd>{duration(query.startMillis)}</dd>
            </div>
            <div>
              <dt>pool wait</dt>
              <dd>{duration(query.poolWaitMillis)}</dd>
            </div>
            <div>
              <dt>client queue</dt>
              <dd>{duration(query.queueMillis)}</dd>
            </div>
            <div>
              <dt>execution</dt>
              <dd>{query.executionMillis === undefined ? 'not known' : duration(query.executionMillis)}</dd>
            </div>
            <div>
              <dt>reader’s pauses</dt>
              <dd>{duration(query.consumerMillis)}</dd>
            </div>
            <div>
              <dt>rows</dt>
              <dd>{query.rows === undefined ? 'not known' : count(query.rows)}</dd>
            </div>
          </dl>
        </div>
      )}
    </li>
  )
}

/** One after the other; what is not known counts as execution. */
function phasesOf(query: RecentQuery): readonly (readonly [Phase, number])[] {
  const { poolWaitMillis, queueMillis, consumerMillis, durationMillis } = query
  const execution = query.executionMillis ?? durationMillis - poolWaitMillis - queueMillis - consumerMillis
  return [
    ['wait', poolWaitMillis],
    ['queue', queueMillis],
    ['execute', execution],
    ['read', consumerMillis],
  ]
}

function stretchesOf(
  parts: readonly (readonly [Phase, number])[],
  startMillis: number,
  whole: number,
): readonly Stretch[] {
  let at = startMillis
  const stretches: Stretch[] = []
  for (const [phase, millis] of parts) {
    if (millis > 0) stretches.push({ phase, start: at / whole, length: millis / whole })
    at += millis
  }
  return stretches
}
