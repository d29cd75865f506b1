/**
 * What runs in the report: draws the charts from the numbers in the page, and orders tables by a click. It is a text, as
 * no tool is to bundle it, and its hash stands in the page's security policy.
 */
export const reportScript: string = `'use strict'
const data = JSON.parse(document.getElementById('data').textContent)
const style = getComputedStyle(document.documentElement)
const colour = (name) => style.getPropertyValue(name).trim()
const axis = (more) => ({ stroke: colour('--text'), grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line'), width: 1 }, ...more })
const millis = (value) => value < 1000 ? +value.toPrecision(3) + ' ms' : +(value / 1000).toPrecision(3) + ' s'
const two = (number) => String(number).padStart(2, '0')
const moment = (seconds, step) => {
  const date = new Date(seconds * 1000)
  const day = date.toISOString().slice(0, 10)
  const time = two(date.getUTCHours()) + ':' + two(date.getUTCMinutes()) + (step < 60 ? ':' + two(date.getUTCSeconds()) : '')
  return step >= 86400 ? day : time === '00:00' ? day : time
}
const draw = (id, options, series) => {
  const place = document.getElementById(id)
  const size = () => ({ width: place.clientWidth, height: 220 })
  const plot = new uPlot({ ...size(), ...options }, series, place)
  addEventListener('resize', () => plot.setSize(size()))
}
const bars = uPlot.paths.bars({ size: [0.9, 60], align: 1 })
const line = (label, name, scale, value) => ({ label, scale, stroke: colour(name), width: 2, points: { show: false }, value: (_, raw) => raw == null ? '' : value(raw) })
draw('over-time', {
  tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
  axes: [axis({ values: (_, all) => all.map((at) => moment(at, all[1] - all[0])) }), axis({ label: 'queries' }), axis({ side: 1, scale: 'ms', grid: { show: false }, values: (_, all) => all.map(millis), size: 70 })],
  scales: { ms: { range: (_, least, most) => [0, most || 1] }, y: { range: (_, least, most) => [0, most || 1] } },
  series: [{ label: 'at', value: (_, at) => at == null ? '' : new Date(at * 1000).toISOString().slice(0, 19).replace('T', ' ') }, { label: 'queries', paths: bars, points: { show: false }, stroke: colour('--count'), fill: colour('--count') }, { label: 'failed', paths: bars, points: { show: false }, stroke: colour('--failed'), fill: colour('--failed') }, line('mean', '--mean', 'ms', millis), line('maximum', '--maximum', 'ms', millis)],
}, data.timeline)
draw('durations', {
  axes: [axis({ values: (_, all) => all.map((n) => data.bounds[n] ?? ''), splits: () => data.bounds.map((_, n) => n) }), axis({ label: 'queries' })],
  scales: { x: { time: false, range: [0, data.bounds.length] }, y: { range: (_, least, most) => [0, most || 1] } },
  series: [{ label: 'from', value: (_, n) => n == null ? '' : data.bounds[n] }, { label: 'queries', paths: bars, points: { show: false }, stroke: colour('--count'), fill: colour('--count') }],
}, [data.counts.map((_, n) => n), data.counts])
for (const button of document.querySelectorAll('th button')) {
  button.addEventListener('click', () => {
    const heading = button.closest('th')
    const table = heading.closest('table')
    const column = [...heading.parentNode.children].indexOf(heading)
    const bodies = [...table.tBodies]
    const figure = (body) => Number(body.rows[0].cells[column].dataset.figure)
    bodies.sort((left, right) => figure(right) - figure(left))
    table.append(...bodies)
    for (const other of heading.parentNode.children) other.removeAttribute('aria-sort')
    heading.setAttribute('aria-sort', 'descending')
  })
}
`

export const reportStyle: string = `:root { color-scheme: light dark; --back: #fff; --text: #1f2328; --faint: #59636e; --line: #d1d9e0; --count: #54a0dd; --failed: #cf222e; --mean: #1a7f37; --maximum: #bc4c00; }
@media (prefers-color-scheme: dark) { :root { --back: #0d1117; --text: #e6edf3; --faint: #9198a1; --line: #3d444d; --count: #388bfd; --failed: #ff7b72; --mean: #3fb950; --maximum: #f0883e; } }
body { margin: 0 auto; max-width: 80rem; padding: 1rem 1.5rem 4rem; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
p, .faint { color: var(--faint); }
dl { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1rem 0; } dt { color: var(--faint); } dd { margin: 0; font-size: 1.3rem; }
table { border-collapse: collapse; width: 100%; } th, td { padding: .3rem .8rem .3rem 0; text-align: right; vertical-align: top; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; width: 100%; white-space: normal; overflow-wrap: anywhere; }
tbody { border-top: 1px solid var(--line); }
th button { all: unset; cursor: pointer; color: var(--faint); } th button:hover, th[aria-sort] button { color: var(--text); text-decoration: underline; } th button:focus-visible { outline: 2px solid var(--count); }
summary { cursor: pointer; } pre { white-space: pre-wrap; overflow-wrap: anywhere; background: color-mix(in srgb, var(--line) 30%, transparent); padding: .7rem; border-radius: .3rem; }
meter { width: 6rem; height: .8rem; }
`
