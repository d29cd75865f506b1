import { type Attributes, diag } from '@opentelemetry/api'
import type { HistogramSeries } from '../aggregation/histogram-series.js'
import type { MetricStream } from '../provider/metric-stream.js'
import type { ObservedSeries } from '../provider/observation.js'
import { label, labelsOf, scopeLabelsOf } from './labels.js'
import { type MetricName, metricName } from './metric-name.js'
import { number, type TextFormat } from './text-format.js'

/** All metrics of one name, which stand together whoever recorded them. */
interface Family {
  readonly name: MetricName
  readonly kind: string
  readonly members: ObservedSeries[]
}

/** Metrics that have been named because another has their name. */
const reported: WeakSet<MetricStream> = new WeakSet()

/** What was collected, as a text that Prometheus reads, without its end. */
export function render(
  collected: readonly ObservedSeries[],
  resource: Attributes,
  format: TextFormat,
  hasScopeLabels: boolean,
): string {
  const target = labelsOf(resource, '')
  const parts = target === '' ? [] : [format.target(target)]
  for (const { name, members } of familiesOf(collected)) {
    const samples = members.map((member) => samplesOf(member, name, format, hasScopeLabels)).join('')
    const [first] = members
    if (first !== undefined && samples !== '')
      parts.push(format.head(name, first.stream.kind, first.stream.description), samples)
  }
  return parts.join('')
}

function familiesOf(collected: readonly ObservedSeries[]): Iterable<Family> {
  const families = new Map<string, Family>()
  for (const member of collected) {
    const { stream } = member
    const name = metricName(stream.name, stream.unit, stream.kind)
    const kind = stream.kind === 'upDownCounter' ? 'gauge' : stream.kind
    const family = families.get(name.family) ?? families.get(name.sample)
    if (family === undefined) {
      const made = { name, kind, members: [member] }
      families.set(name.family, made).set(name.sample, made)
    } else if (family.kind === kind) family.members.push(member)
    else reportConflict(stream, name)
  }
  return new Set(families.values())
}

function samplesOf(
  { stream, numbers }: ObservedSeries,
  { sample }: MetricName,
  format: TextFormat,
  hasScopeLabels: boolean,
): string {
  const scope = hasScopeLabels ? scopeLabelsOf(stream.scope) : ''
  let text = ''
  if (stream.kind === 'histogram') {
    const bounds = new Bounds(format)
    for (const series of stream.histograms.all())
      text += histogram(series, sample, labelsOf(series.attributes, scope), bounds)
    return text
  }
  for (const { attributes, value, exemplar } of numbers.all()) {
    const labels = labelsOf(attributes, scope)
    text += `${sample}${labels === '' ? '' : `{${labels}}`} ${number(value)}${format.exemplar(exemplar)}\n`
  }
  return text
}

/** Labels of bounds as they are in one format: the same few in all series of a metric. */
class Bounds {
  readonly format: TextFormat
  readonly #labels: Map<number, string> = new Map()

  constructor(format: TextFormat) {
    this.format = format
  }

  labelOf(boundary: number): string {
    const known = this.#labels.get(boundary)
    if (known !== undefined) return known
    const made = label('le', this.format.boundary(boundary))
    this.#labels.set(boundary, made)
    return made
  }
}

function histogram(series: HistogramSeries, name: string, labels: string, bounds: Bounds): string {
  const start = `${name}_bucket{${labels === '' ? '' : `${labels},`}`
  let text = ''
  let count = 0
  for (const [bucket, own] of series.counts.entries()) {
    count += own
    const le = bounds.labelOf(series.boundaries[bucket] ?? Infinity)
    text += `${start}${le}} ${count}${bounds.format.exemplar(series.exemplars[bucket])}\n`
  }
  const braced = labels === '' ? '' : `{${labels}}`
  return `${text}${name}_count${braced} ${count}\n${name}_sum${braced} ${number(series.sum)}\n`
}

function reportConflict(stream: MetricStream, { family }: MetricName): void {
  if (reported.has(stream)) return
  reported.add(stream)
  diag.warn(
    `pgspan: ${stream.name} of ${stream.scope.name} is not on the metrics endpoint: another metric of another kind is ${family} there`,
  )
}
