import { QueryLanguage } from '../query-language.js'
import type { RuleSettings } from './rule-options.js'

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** A duration of Prometheus, such as `5m`. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd'}`

/** What rules are written with: names of one flavour, and windows that a test may shorten. */
export class RuleLanguage extends QueryLanguage {
  readonly settings: RuleSettings

  constructor(settings: RuleSettings) {
    super(settings.flavour, '', '5m')
    this.settings = settings
  }

  /** The window as it is, or scaled; never below 10 s, in which a rate sees two samples also where some are late. */
  window(given: Duration): Duration {
    return this.settings.timeScale === 1 ? given : `${Math.max(10, Math.round(this.seconds(given)))}s`
  }

  /** The step of a subquery, as it is or scaled. */
  step(given: Duration): Duration {
    return this.settings.timeScale === 1 ? given : `${Math.max(1, Math.round(this.seconds(given)))}s`
  }

  /** How long a condition has to hold; scaled, it may be nothing. */
  hold(given: Duration): Duration {
    return this.settings.timeScale === 1 ? given : `${Math.round(this.seconds(given))}s`
  }

  /** A time that a figure is compared with, scaled, in seconds. */
  seconds(given: Duration): number {
    return Number(given.slice(0, -1)) * (secondsOf[given.slice(-1)] ?? 1) * this.settings.timeScale
  }
}
