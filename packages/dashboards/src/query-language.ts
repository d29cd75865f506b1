import { attributes, type MetricDefinition } from '@pgspan/conventions'
import { type Flavour, labelName, prometheusName, type SeriesPart } from './prometheus-names.js'

export const poolLabel: string = labelName(attributes.dbClientConnectionPoolName)
export const stateLabel: string = labelName(attributes.dbClientConnectionState)
export const summaryLabel: string = labelName(attributes.dbQuerySummary)
export const errorLabel: string = labelName(attributes.errorType)
export const namespaceLabel: string = labelName(attributes.dbNamespace)
export const kindLabel: string = labelName(attributes.pgspanFindingKind)
export const severityLabel: string = labelName(attributes.pgspanFindingSeverity)
export const pathLabel: string = labelName(attributes.pgspanPoolPath)
export const closeReasonLabel: string = labelName(attributes.pgspanConnectionCloseReason)
export const roleLabel: string = labelName(attributes.pgspanServerRole)
export const releaseKindLabel: string = labelName(attributes.pgspanReleaseKind)

/** One pool of a service, in all its processes. */
export const byServicePool: string = `job, ${poolLabel}`
/** The legend of what is shown by it. */
export const servicePool: string = `{{job}} {{${poolLabel}}}`

/** One pool of one process. Never by the scope's labels, which come and go with the way to Prometheus. */
export const byPool: string = `job, instance, ${poolLabel}`

/** Writes PromQL with the names of one flavour, over the same selection in every selector. */
export class QueryLanguage {
  readonly flavour: Flavour
  readonly #selection: string
  readonly #range: string

  /**
   * @param selection matchers for every selector, such as `job=~"$job"`; empty for none.
   * @param range of rates, such as `$__rate_interval` or `5m`.
   */
  constructor(flavour: Flavour, selection: string, range: string) {
    this.flavour = flavour
    this.#selection = selection
    this.#range = range
  }

  /** The series of a metric that is no histogram. */
  series(metric: MetricDefinition, matchers = ''): string {
    return this.#selector(prometheusName(metric, this.flavour), matchers)
  }

  /**
   * @param range instead of the usual one.
   * @param earlier looks back from so long ago, such as `1h`.
   */
  rate(metric: MetricDefinition, matchers = '', range: string = this.#range, earlier = ''): string {
    const offset = earlier === '' ? '' : ` offset ${earlier}`
    return `rate(${this.series(metric, matchers)}[${range}]${offset})`
  }

  increase(metric: MetricDefinition, matchers = '', range: string = this.#range): string {
    return `increase(${this.series(metric, matchers)}[${range}])`
  }

  /**
   * How often it happened, also for what happened for the first time: a counter by kind or by error is born with its first
   * event, which `increase` does not see.
   */
  growth(metric: MetricDefinition, matchers = '', range: string = this.#range): string {
    const series = this.series(metric, matchers)
    const born = `(${series} unless last_over_time(${series}[${range}] offset ${range}))`
    return `(${born} or ${this.increase(metric, matchers, range)})`
  }

  /**
   * Lines of what has happened within the time range only, so that a legend does not name all that never did.
   *
   * @param by the labels of `expression`.
   */
  whereHappened(by: string, expression: string, metric: MetricDefinition): string {
    return `${expression} and sum by (${by}) (${this.growth(metric, '', '$__range')}) > 0`
  }

  /** How much one part of a histogram grew. */
  partIncrease(metric: MetricDefinition, part: SeriesPart, matchers: string, range: string): string {
    return `increase(${this.#selector(prometheusName(metric, this.flavour, part), matchers)}[${range}])`
  }

  /** The rate of one part of a histogram. */
  partRate(metric: MetricDefinition, part: SeriesPart, matchers = '', range: string = this.#range): string {
    return `rate(${this.#selector(prometheusName(metric, this.flavour, part), matchers)}[${range}])`
  }

  /**
   * Nothing where nothing was observed: a comparison drops what is no number.
   *
   * @param by labels of the result, beside which `le` is kept for the function.
   */
  quantile(quantile: number, metric: MetricDefinition, by: string, matchers = ''): string {
    const labels = by === '' ? 'le' : `${by}, le`
    return `histogram_quantile(${quantile}, sum by (${labels}) (${this.partRate(metric, 'bucket', matchers)})) >= 0`
  }

  /** Seconds per observation. Nothing where nothing was observed. */
  mean(metric: MetricDefinition, by: string, matchers = ''): string {
    const total = (part: SeriesPart): string => `sum by (${by}) (${this.partRate(metric, part, matchers)})`
    return `${total('sum')} / (${total('count')} > 0)`
  }

  #selector(name: string, matchers: string): string {
    const all = [this.#selection, matchers].filter(Boolean).join(', ')
    return all === '' ? name : `${name}{${all}}`
  }
}
