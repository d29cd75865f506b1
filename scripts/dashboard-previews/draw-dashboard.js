/* global uPlot, dashboard */
// Draws the global `dashboard`: Grafana's JSON, with the data of each panel.
const colors = [
  '#73bf69',
  '#f2cc0c',
  '#5794f2',
  '#ff780a',
  '#f2495c',
  '#5195ce',
  '#b877d9',
  '#705da0',
  '#37872d',
  '#fa6400',
]
const thresholdColors = { green: '#56a64b', orange: '#e0871d', red: '#d44a3a' }
const main = document.createElement('main')

const header = document.createElement('header')
header.innerHTML = '<h1></h1><span></span>'
header.children[0].textContent = dashboard.title
header.children[1].textContent = `job: ${dashboard.job.replaceAll('|', ', ')}`
document.body.append(header, main)

/** A cell of Grafana's grid. */
const cell = { width: (document.body.clientWidth - 32) / 24, height: 38 }
let n = 0
let bottom = 0
for (const panel of dashboard.panels) {
  const { x, y, w, h } = panel.gridPos
  const element = document.createElement('section')
  element.className = panel.type === 'row' ? 'row' : 'panel'
  Object.assign(element.style, {
    left: `${x * cell.width}px`,
    top: `${y * cell.height}px`,
    width: `${w * cell.width - 8}px`,
    height: `${h * cell.height - 8}px`,
  })
  bottom = Math.max(bottom, (y + h) * cell.height)
  main.append(element)
  if (panel.type === 'row') element.textContent = panel.title
  else drawPanel(element, panel, dashboard.specs[n], dashboard.data[n++])
}
main.style.height = `${bottom}px`
document.body.classList.add('drawn')

function drawPanel(element, panel, spec, data) {
  const title = document.createElement('h2')
  title.textContent = panel.title
  element.append(title)
  if (data.flat().length === 0) {
    const nothing = document.createElement('div')
    nothing.className = 'nothing'
    nothing.textContent = panel.fieldConfig.defaults.noValue
    element.append(nothing)
    return
  }
  const draw = { stat: drawStat, timeseries: drawLines, heatmap: drawHeatmap, table: drawTable }[panel.type]
  draw(element, panel, spec, data)
}

function drawStat(element, panel, _spec, data) {
  const value = data.flat()[0].points.at(-1)[1]
  const stat = document.createElement('div')
  stat.className = 'stat'
  stat.textContent = withUnit(value, panel.fieldConfig.defaults)
  const step = (panel.fieldConfig.defaults.thresholds?.steps ?? []).findLast(
    (each) => each.value === null || value >= each.value,
  )
  stat.style.color = thresholdColors[step?.color] ?? 'inherit'
  element.append(stat)
}

function drawLines(element, panel, spec, data) {
  const times = range(dashboard.from, dashboard.to)
  const series = data.flatMap((each, q) =>
    each.map(({ legend, points }) => ({
      legend,
      values: aligned(points, times),
      isBound: spec.queries[q].isBound === true,
    })),
  )
  series.forEach((each, i) => {
    each.color = colors[i % colors.length]
  })
  const { defaults } = panel.fieldConfig
  // What lies on top is drawn first, and what is below it over it.
  const drawn = spec.isStacked ? stack(series).reverse() : series
  const plot = document.createElement('div')
  plot.className = 'plot'
  element.append(plot, legendOf(series))
  const steps = defaults.custom?.thresholdsStyle ? (defaults.thresholds?.steps ?? []) : []
  const options = {
    width: plot.clientWidth,
    height: plot.clientHeight,
    cursor: { show: false },
    scales: { x: { time: true }, y: { range: (_, __, high) => [0, high > 0 ? high * 1.05 : 1] } },
    axes: [{ size: 26, grid: { stroke: '#eceef0' } }, yAxis((value) => withUnit(value, defaults))],
    series: [{}, ...drawn.map((each) => lineOf(each, spec))],
    hooks: { draw: [(u) => drawThresholds(u, steps)] },
  }
  new uPlot(options, [times, ...drawn.map(({ values }) => values)], plot)
}

function lineOf({ legend, color, isBound }, { isStacked }) {
  const line = { label: legend, stroke: color, width: 1.5, points: { show: false } }
  if (isBound) return { ...line, dash: [8, 6] }
  // Stacked areas cover each other, so they are not transparent.
  return { ...line, fill: isStacked ? paler(color) : `${color}14` }
}

/** A quarter of the colour, on white. */
function paler(color) {
  const parts = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))
  return `rgb(${parts.map((part) => Math.round(255 - (255 - part) / 4)).join(', ')})`
}

function drawThresholds(u, steps) {
  const { ctx, bbox } = u
  for (const { value, color } of steps) {
    if (value === null || value > u.scales.y.max) continue
    const y = u.valToPos(value, 'y', true)
    ctx.save()
    ctx.strokeStyle = thresholdColors[color]
    ctx.setLineDash([6, 4])
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
    ctx.restore()
  }
}

/** Buckets are cumulative: each has what lies below its boundary. */
function drawHeatmap(element, panel, _spec, data) {
  const times = range(dashboard.from, dashboard.to)
  const buckets = data
    .flat()
    .map(({ labels, points }) => ({
      le: Number(labels.le.replace('+Inf', 'Infinity')),
      values: aligned(points, times),
    }))
    .sort((a, b) => a.le - b.le)
  const counts = buckets.map(({ values }, i) =>
    values.map((value, t) => Math.max(0, (value ?? 0) - (buckets[i - 1]?.values[t] ?? 0))),
  )
  const most = Math.max(...counts.flat())
  const canvas = document.createElement('canvas')
  canvas.className = 'plot'
  element.append(canvas)
  canvas.width = element.clientWidth - 16
  canvas.height = element.clientHeight - 40
  const ctx = canvas.getContext('2d')
  const [left, height, width] = [
    64,
    (canvas.height - 20) / buckets.length,
    (canvas.width - 64) / times.length,
  ]
  ctx.font = '11px system-ui'
  buckets.forEach(({ le }, i) => {
    const top = (buckets.length - 1 - i) * height
    ctx.fillStyle = '#464c54'
    ctx.fillText(
      le === Infinity
        ? '∞'
        : withUnit(le, panel.fieldConfig.defaults.unit ? panel.fieldConfig.defaults : { unit: 's' }),
      4,
      top + 12,
    )
    counts[i].forEach((count, t) => {
      if (count <= 1e-9) return
      ctx.fillStyle = `rgba(31, 96, 196, ${0.1 + 0.9 * Math.sqrt(count / most)})`
      ctx.fillRect(left + t * width, top, Math.ceil(width), height - 1)
    })
  })
  ctx.fillStyle = '#464c54'
  for (let t = 0; t < times.length; t += 20) {
    ctx.fillText(new Date(times[t] * 1000).toISOString().slice(11, 19), left + t * width, canvas.height - 6)
  }
}

/** As Grafana merges the queries: a line for each set of labels. */
function drawTable(element, panel, spec, data) {
  const rows = new Map()
  data.forEach((series, q) => {
    for (const { labels, points } of series) {
      const { __name__: _, ...own } = labels
      const row = rows.get(JSON.stringify(own)) ?? { labels: own, values: [] }
      row.values[q] = points.at(-1)[1]
      rows.set(JSON.stringify(own), row)
    }
  })
  const names = [...new Set([...rows.values()].flatMap(({ labels }) => Object.keys(labels)))]
  const sorted = [...rows.values()].sort((a, b) => (b.values[0] ?? 0) - (a.values[0] ?? 0))
  const renamed = panel.transformations?.find(({ id }) => id === 'organize')?.options.renameByName ?? {}
  const head = [...names.map((name) => renamed[name] ?? name), ...spec.queries.map(({ legend }) => legend)]
  const table = document.createElement('table')
  const line = (tag, texts) => {
    const row = document.createElement('tr')
    for (const text of texts) row.append(Object.assign(document.createElement(tag), { textContent: text }))
    table.append(row)
  }
  line('th', head)
  for (const { labels, values } of sorted) {
    const texts = spec.queries.map((query, q) =>
      values[q] === undefined ? '' : withUnit(values[q], settingsOf(panel, query.legend)),
    )
    line('td', [...names.map((name) => labels[name] ?? ''), ...texts])
  }
  element.append(table)
}

function settingsOf(panel, column) {
  const settings = { ...panel.fieldConfig.defaults }
  for (const { matcher, properties } of panel.fieldConfig.overrides) {
    if (matcher.options === column) for (const { id, value } of properties) settings[id] = value
  }
  return settings
}

function legendOf(series) {
  const legend = document.createElement('div')
  legend.className = 'legend'
  for (const each of series) {
    const item = document.createElement('span')
    item.innerHTML = '<i></i>'
    item.firstChild.style.background = each.color
    item.append(each.legend)
    legend.append(item)
  }
  return legend
}

function yAxis(format) {
  return { size: 64, grid: { stroke: '#eceef0' }, values: (_, splits) => splits.map(format) }
}

function stack(series) {
  let sums = []
  return series.map((each) => {
    if (each.isBound) return each
    sums = each.values.map((value, t) => (value ?? 0) + (sums[t] ?? 0))
    return { ...each, values: sums }
  })
}

function range(from, to) {
  return Array.from({ length: Math.floor(to - from) + 1 }, (_, i) => from + i)
}

function aligned(points, times) {
  const values = new Map(points.map(([at, value]) => [Math.round(at - times[0]), value]))
  return times.map((_, t) => values.get(t) ?? null)
}

function withUnit(value, { unit, decimals }) {
  const digits = (number, most = 2) => {
    if (decimals !== undefined) return number.toFixed(decimals)
    return String(Number(number.toPrecision(Math.abs(number) >= 100 ? 4 : most + 1)))
  }
  switch (unit) {
    case 's':
      if (value === 0) return '0 s'
      if (value < 0.001) return `${digits(value * 1e6)} µs`
      return value < 1
        ? `${digits(value * 1000)} ms`
        : value < 90
          ? `${digits(value)} s`
          : `${digits(value / 60)} min`
    case 'percentunit':
      return `${digits(value * 100)}%`
    case 'ops':
      return `${digits(value)}/s`
    default:
      return digits(value)
  }
}
