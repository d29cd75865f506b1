import type { JSX } from 'preact'
import { count, duration, queries } from './format.js'
import { Moment } from './moment.js'
import type { RecentUnit } from './page-types.js'
import { Bar, labelOf, type Phase, type Stretch } from './unit-bar.js'

const rows: WeakMap<RecentUnit, { readonly scale: number; readonly row: JSX.Element }> = new WeakMap()

/** The row of a unit: the same each time, so that hundreds of them cost nothing while others arrive. */
export function unitRow(unit: RecentUnit, scale: number): JSX.Element {
  const known = rows.get(unit)
  if (known?.scale === scale) return known.row
  const row = <UnitRow key={unit.number} unit={unit} scale={scale} />
  rows.set(unit, { scale, row })
  return row
}

function UnitRow({ unit, scale }: { unit: RecentUnit; scale: number }): JSX.Element {
  const { databaseMillis, waitMillis, failedQueries, findings } = unit
  const parts = [
    ['wait', waitMillis],
    ['execute', databaseMillis],
  ] as const
  return (
    <tr>
      <td class="quiet">
        <Moment at={unit.startedAt} />
      </td>
      <td>
        <a href={`#/requests/${unit.number}`}>{unit.name}</a>
        {unit.kind !== 'http' && <span class="badge">{unit.kind}</span>}
      </td>
      <td>
        <Status code={unit.statusCode} />
      </td>
      <td class="number">{duration(unit.durationMillis)}</td>
      <td class="wide">
        <Bar label={labelOf(parts)} stretches={stretchesOf(parts, unit.durationMillis, scale)} />
      </td>
      <td class="number">
        {count(unit.queries)}
        {failedQueries > 0 && <span class="badge critical">{queries(failedQueries)} failed</span>}
      </td>
      <td class="number">{duration(databaseMillis)}</td>
      <td class="number">{duration(waitMillis)}</td>
      <td class="number">{findings.length > 0 && <span class="badge warning">{findings.length}</span>}</td>
    </tr>
  )
}

/** The length of the bar is the duration; sums over queries side by side are more, and take all of it. */
function stretchesOf(
  parts: readonly (readonly [Phase, number])[],
  durationMillis: number,
  scale: number,
): readonly Stretch[] {
  const whole = Math.max(
    durationMillis,
    parts.reduce((sum, [, millis]) => sum + millis, 0),
  )
  const length = durationMillis / scale
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
