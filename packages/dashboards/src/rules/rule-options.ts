import { checkFlavour, type Flavour } from '../prometheus-names.js'

/** Options of {@link prometheusRules}; all optional. */
export interface RuleOptions {
  /** @defaultValue `spec` */
  readonly flavour?: Flavour
  /** A query that takes longer, or fails, counts against the objective: a bucket's boundary, in seconds. @defaultValue `0.1` */
  readonly objectiveSeconds?: number
  /** The share of queries that must be faster and succeed. @defaultValue `0.99` */
  readonly objectiveShare?: number
  /** Where Grafana is, for the links of alerts. @defaultValue `http://localhost:3000` */
  readonly grafanaUrl?: string
  /** What every window, waiting time and age is multiplied with; below 1 to see alerts fire in a test. @defaultValue `1` */
  readonly timeScale?: number
}

export type RuleSettings = Required<RuleOptions>

/** Boundaries of the histogram of durations that are no integers: Prometheus 3 writes `1` as `1.0`. */
const boundaries: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5]

/** @throws TypeError that names the option that is wrong. */
export function resolveRuleOptions(options: RuleOptions): RuleSettings {
  const settings = {
    flavour: options.flavour ?? 'spec',
    objectiveSeconds: options.objectiveSeconds ?? 0.1,
    objectiveShare: options.objectiveShare ?? 0.99,
    grafanaUrl: (options.grafanaUrl ?? 'http://localhost:3000').replace(/\/+$/, ''),
    timeScale: options.timeScale ?? 1,
  }
  checkFlavour(settings.flavour)
  if (!boundaries.includes(settings.objectiveSeconds))
    throw new TypeError(
      `objectiveSeconds must be one of ${boundaries.join(', ')}, got ${settings.objectiveSeconds}`,
    )
  if (!(settings.objectiveShare > 0.5 && settings.objectiveShare < 1))
    throw new TypeError(`objectiveShare must be between 0.5 and 1, got ${settings.objectiveShare}`)
  if (!(settings.timeScale > 0)) throw new TypeError(`timeScale must be above 0, got ${settings.timeScale}`)
  return settings
}
