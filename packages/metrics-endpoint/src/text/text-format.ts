import type { Exemplar } from '../aggregation/exemplar.js'
import type { StreamKind } from '../provider/metric-stream.js'
import type { MetricName } from './metric-name.js'

/** What differs between the two texts that Prometheus reads. */
export interface TextFormat {
  readonly contentType: string
  /** The lines before the samples of a family. */
  head(name: MetricName, kind: StreamKind, help: string): string
  /** A bound of a bucket. */
  boundary(value: number): string
  /** What follows a value. */
  exemplar(exemplar: Exemplar | undefined): string
  target(labels: string): string
  readonly end: string
}

/** @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export const prometheusText: TextFormat = {
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  head: ({ sample }, kind, help) =>
    `${line(`HELP ${sample}`, escaped(help))}# TYPE ${sample} ${typeOf(kind)}\n`,
  boundary: number,
  exemplar: () => '',
  target: (labels) =>
    `# HELP target_info Target metadata\n# TYPE target_info gauge\ntarget_info{${labels}} 1\n`,
  end: '',
}

/** @see https://prometheus.io/docs/specs/om/open_metrics_spec/ */
export const openMetricsText: TextFormat = {
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  head: ({ family, unit = '' }, kind, help) =>
    `# TYPE ${family} ${typeOf(kind)}\n${line(`UNIT ${family}`, unit)}${line(`HELP ${family}`, escaped(help).replace(/"/g, '\\"'))}`,
  // A bound is a float there, and is to look like one.
  boundary: (value) => (Number.isInteger(value) ? `${value}.0` : number(value)),
  exemplar: (exemplar) =>
    exemplar === undefined
      ? ''
      : ` # {trace_id="${exemplar.traceId}",span_id="${exemplar.spanId}"} ${number(exemplar.value)} ${exemplar.timestamp / 1000}`,
  target: (labels) => `# TYPE target info\n# HELP target Target metadata\ntarget_info{${labels}} 1\n`,
  end: '# EOF\n',
}

export function number(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}

/** A line of a family's head; none where there is nothing to say. */
function line(about: string, text: string): string {
  return text === '' ? '' : `# ${about} ${text}\n`
}

function typeOf(kind: StreamKind): string {
  return kind === 'upDownCounter' ? 'gauge' : kind
}

function escaped(help: string): string {
  return help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
}
