import type { StreamKind } from '../provider/metric-stream.js'

/** What a metric is called in Prometheus. */
export interface MetricName {
  /** Of the family in OpenMetrics, where a counter's has no `_total`. */
  readonly family: string
  /** Of the samples, before the suffixes of a histogram. */
  readonly sample: string
  /** In words; undefined if the name does not end with one. */
  readonly unit: string | undefined
}

const units: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  kBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '%': 'percent',
}
const perUnits: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  min: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
}

/**
 * The name with its unit in words and, for a counter, `_total`, as a Collector writes it:
 * `db.client.operation.duration` in `s` is `db_client_operation_duration_seconds`.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-metadata-1
 */
export function metricName(name: string, unit: string, kind: StreamKind): MetricName {
  const word = unitWord(unit, kind)
  let family = prometheusWord(name)
  if (kind === 'counter') family = family.replace(/_total$/, '')
  if (word !== '' && !`_${family}_`.includes(`_${word}_`)) family = `${family}_${word}`
  return {
    family,
    sample: kind === 'counter' ? `${family}_total` : family,
    unit: word !== '' && family.endsWith(`_${word}`) ? word : undefined,
  }
}

/** The name of an attribute as that of a label. */
export function labelName(name: string): string {
  const word = prometheusWord(name)
  return /^\d/.test(word) ? `key_${word}` : word || '_'
}

function prometheusWord(name: string): string {
  return name.replace(/\W+/g, '_').replace(/_{2,}/g, '_')
}

function unitWord(unit: string, kind: StreamKind): string {
  if (unit === '1') return kind === 'gauge' ? 'ratio' : ''
  const [main = '', per] = unit.replace(/\{[^}]*\}/g, '').split('/', 2)
  const word = units[main] ?? prometheusWord(main)
  const perWord = per === undefined || per === '' ? '' : (perUnits[per] ?? prometheusWord(per))
  return [word, perWord && `per_${perWord}`].filter((part) => part !== '').join('_')
}
