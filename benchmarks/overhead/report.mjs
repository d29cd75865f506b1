import { modes } from './modes.mjs'

/**
 * Figures of one workload from the samples of each mode.
 *
 * @param {Record<string, { user: number, system: number, wall: number, spans: number }[]>} samples in microseconds per query
 */
export function figuresOf(samples) {
  const medians = mapValues(samples, (list) => ({
    user: median(list.map(({ user }) => user)),
    system: median(list.map(({ system }) => system)),
    wall: median(list.map(({ wall }) => wall)),
    spans: list[0].spans,
  }))
  const extra = (mode) => {
    const base = medians[modes[mode].base]
    return base === undefined ? undefined : medians[mode].user - base.user
  }
  const figures = mapValues(medians, (figures, mode) => ({
    ...figures,
    extra: extra(mode),
    overFloor: difference(extra(mode), medians.floor && extra('floor')),
    ofUpstream: ratio(extra(mode), medians.upstream && extra('upstream')),
  }))
  const insights = difference(medians['pgspan with insights']?.user, medians.pgspan?.user)
  const headers = difference(medians['pgspan with headers']?.user, medians['pgspan in http']?.user)
  return { figures, insights, headers, samples: mapValues(samples, (list) => list.map(({ user }) => user)) }
}

/** The middle of `values`. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** What `npm run bench` prints. */
export function tableOf(results) {
  return results.map(sectionOf).join('')
}

function sectionOf({ workload, backend, sdk, figures, insights, headers }) {
  const lines = Object.entries(figures).map(([mode, { user, extra, overFloor, ofUpstream, spans }]) => {
    const isOurs = /pgspan/i.test(mode)
    const cells = [
      user.toFixed(2),
      signed(extra),
      isOurs ? signed(overFloor) : '',
      modes[mode].base === undefined || mode === 'none again' || ofUpstream === undefined
        ? ''
        : `${(100 * ofUpstream).toFixed(0)} %`,
      mode.startsWith('dd-trace') ? '' : spans.toFixed(1),
    ]
    return rowOf(mode, cells)
  })
  const title = `\n${workload}, ${backend} PostgreSQL, ${sdk}: user CPU per query, microseconds\n`
  const heads = rowOf('', ['in all', 'extra', 'over floor', 'of upstream', 'spans'])
  const more = Object.entries({ insights, headers }).map(([part, added]) =>
    added === undefined ? '' : `  ${part} add ${added.toFixed(2)}\n`,
  )
  return `${title}${heads}${lines.join('')}${more.join('')}`
}

function rowOf(name, cells) {
  return `  ${name.padEnd(22)}${cells.map((cell) => cell.padStart(12)).join('')}\n`
}

function signed(value) {
  if (value === undefined) return ''
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`
}

function difference(left, right) {
  return left === undefined || right === undefined ? undefined : left - right
}

function ratio(part, whole) {
  return part === undefined || whole === undefined ? undefined : part / whole
}

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]))
}
