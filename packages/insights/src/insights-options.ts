import type { MeterProvider } from '@opentelemetry/api'
import type { CheckoutStacks, LoggerProviderLike } from '@pgspan/lifecycle'
import type { ExplainMode } from './explain/plan-capture.js'
import { nearestName } from './nearest-name.js'
import {
  booleanOf,
  countOf,
  loggerProviderOf,
  meterProviderOf,
  millisByStatement,
  repetitions,
  shown,
  thresholdsOf,
} from './option-checks.js'
import type { Suppression } from './suppression/suppression.js'
import { readSuppressions } from './suppression/suppressions-file.js'
import type { ThresholdOption, Thresholds } from './thresholds.js'

/**
 * Options of {@link createInsights} and {@link InsightsSpanProcessor}; all optional.
 *
 * A threshold is one figure for everything, or one for each kind of work: `{ http: 100, job: 5000 }` for requests
 * and jobs, with `trace` for traces that are neither, and `outside` for queries outside any unit of work. What is
 * left out keeps its default. `false` and 0 mean never.
 */
export interface InsightsOptions {
  /**
   * A query whose execution by the server takes this long is slow, in milliseconds; half of it is enough where the
   * statement usually takes less than a fifth of that.
   *
   * @defaultValue `100`
   */
  readonly slowQueryMillis?: ThresholdOption
  /**
   * {@link slowQueryMillis} for single statements, which then holds whatever they usually take: by the summary or the
   * fingerprint that a finding shows, such as `{ 'SELECT sales_report': 5000 }`.
   */
  readonly slowQueryMillisByStatement?: { readonly [statement: string]: number | false }
  /**
   * Waiting this long for pooled connections is reported, in milliseconds, and so is giving up: a single wait, or all
   * waits in a full pool of one unit of work together.
   *
   * @defaultValue `100`
   */
  readonly poolWaitMillis?: ThresholdOption
  /**
   * A query that waits this long for others of the same client is reported, in milliseconds.
   *
   * @defaultValue `50`
   */
  readonly queueWaitMillis?: ThresholdOption
  /**
   * A transaction that is open this long is slow, in milliseconds.
   *
   * @defaultValue `1000`
   */
  readonly slowTransactionMillis?: ThresholdOption
  /**
   * A transaction whose next statement the server waits for this long is idle, in milliseconds; twice as long in all
   * is enough if it is half of the transaction's time.
   *
   * @defaultValue `250`
   */
  readonly idleInTransactionMillis?: ThresholdOption
  /**
   * A connection that is out of its pool and with which nothing was done for this long is taken for forgotten, in
   * milliseconds; 5,000 are enough once the unit of work that took it has ended. One that runs a query is none, nor one
   * that listens, holds an advisory lock of its session, or was declared to be kept.
   *
   * @defaultValue `30000`
   */
  readonly leakedCheckoutMillis?: ThresholdOption
  /**
   * Whose line of code is known when a connection is forgotten or a pool stands still: `always` costs some 5 µs for
   * each `pool.connect()`; `sampled` notes the first 100 of a pool, every 256th, and all while half of its connections are
   * in use or a leak is suspected, at most 1,000 a second; `never` costs nothing.
   *
   * @defaultValue `'sampled'`
   */
  readonly checkoutStacks?: CheckoutStacks
  /**
   * Rows of one result, unless they are streamed.
   *
   * @defaultValue `{ http: 1000, trace: 1000, job: 10000, outside: 10000 }`
   */
  readonly largeResultRows?: ThresholdOption
  /**
   * Bytes of one result, unless it is streamed: an estimate from some of its rows.
   *
   * @defaultValue 5 MB, 50 MB in jobs and outside any unit of work
   */
  readonly largeResultBytes?: ThresholdOption
  /**
   * Queries of one unit of work that no other finding explains; half of it is enough where that is twice as many as
   * usual.
   *
   * @defaultValue `{ http: 50 }`
   */
  readonly chattyQueries?: ThresholdOption
  /**
   * How many different values a repeated statement must be asked for to be an N+1, or how many executions of it there
   * must be where values are not known.
   *
   * @defaultValue `5`
   */
  readonly nPlusOneThreshold?: ThresholdOption
  /**
   * How many single writes, or transactions around one or two of them, make a loop.
   *
   * @defaultValue `10`
   */
  readonly writeLoopThreshold?: ThresholdOption
  /**
   * The path of a JSON file that says which findings are not to be reported, why, and until when. Read once, at the
   * start; an entry that has expired, or that matched nothing until the end, is said so once.
   */
  readonly suppressionsFile?: string
  /**
   * How many units of work that have ended are kept for {@link Insights.recentUnits}, with at most 200 queries each and
   * 8 MB in all; 0 for none.
   *
   * @defaultValue `1000`
   */
  readonly recentUnits?: number
  /**
   * Asks the server for the plan of a `SELECT` that was found slow or large: `generic` for the plan that serves any
   * values; `custom` for the one that the values of the slow execution get, for which the values of every query are
   * held until it is over. Neither executes the statement, but planning may call functions that are declared `IMMUTABLE`
   * or `STABLE`. On a connection beside the pool, one at a time, 30 an hour, one in ten minutes per statement.
   *
   * @defaultValue `false`
   */
  readonly explain?: ExplainMode | false
  /** Where the event `pgspan.finding` goes. @defaultValue the global logger provider */
  readonly loggerProvider?: LoggerProviderLike
  /** Where findings are counted. @defaultValue the global meter provider */
  readonly meterProvider?: MeterProvider
  /** Prints every new finding on stderr, once. @defaultValue `false` */
  readonly console?: boolean
}

/** {@link InsightsOptions} with defaults. */
export interface InsightsSettings {
  readonly slowQueryMillis: Thresholds
  readonly slowQueryMillisByStatement: ReadonlyMap<string, number>
  readonly poolWaitMillis: Thresholds
  readonly queueWaitMillis: Thresholds
  readonly slowTransactionMillis: Thresholds
  readonly idleInTransactionMillis: Thresholds
  readonly leakedCheckoutMillis: Thresholds
  readonly checkoutStacks: CheckoutStacks
  readonly largeResultRows: Thresholds
  readonly largeResultBytes: Thresholds
  readonly chattyQueries: Thresholds
  readonly nPlusOneThreshold: Thresholds
  readonly writeLoopThreshold: Thresholds
  readonly suppressions: readonly Suppression[]
  readonly recentUnits: number
  readonly explain: ExplainMode | undefined
  readonly loggerProvider: LoggerProviderLike | undefined
  readonly meterProvider: MeterProvider | undefined
  readonly console: boolean
}

const names: readonly (keyof InsightsOptions)[] = [
  'slowQueryMillis',
  'slowQueryMillisByStatement',
  'poolWaitMillis',
  'queueWaitMillis',
  'slowTransactionMillis',
  'idleInTransactionMillis',
  'leakedCheckoutMillis',
  'checkoutStacks',
  'largeResultRows',
  'largeResultBytes',
  'chattyQueries',
  'nPlusOneThreshold',
  'writeLoopThreshold',
  'suppressionsFile',
  'recentUnits',
  'explain',
  'loggerProvider',
  'meterProvider',
  'console',
]

/** Nobody waits for a job, and its work is larger. */
const defaultRows = { http: 1_000, trace: 1_000, job: 10_000, outside: 10_000 }
const defaultBytes = { http: 5e6, trace: 5e6, job: 50e6, outside: 50e6 }

/** @throws TypeError that names the option that is wrong or unknown; values are repeated only if they are numbers. */
export function resolveOptions(options: InsightsOptions): InsightsSettings {
  checkNames(options)
  return {
    slowQueryMillis: thresholdsOf('slowQueryMillis', options.slowQueryMillis, 100),
    slowQueryMillisByStatement: millisByStatement(
      'slowQueryMillisByStatement',
      options.slowQueryMillisByStatement,
    ),
    poolWaitMillis: thresholdsOf('poolWaitMillis', options.poolWaitMillis, 100),
    queueWaitMillis: thresholdsOf('queueWaitMillis', options.queueWaitMillis, 50),
    slowTransactionMillis: thresholdsOf('slowTransactionMillis', options.slowTransactionMillis, 1_000),
    idleInTransactionMillis: thresholdsOf('idleInTransactionMillis', options.idleInTransactionMillis, 250),
    leakedCheckoutMillis: thresholdsOf('leakedCheckoutMillis', options.leakedCheckoutMillis, 30_000),
    checkoutStacks: stacksOf(options.checkoutStacks),
    largeResultRows: thresholdsOf('largeResultRows', options.largeResultRows, defaultRows),
    largeResultBytes: thresholdsOf('largeResultBytes', options.largeResultBytes, defaultBytes),
    chattyQueries: thresholdsOf('chattyQueries', options.chattyQueries, { http: 50 }),
    nPlusOneThreshold: thresholdsOf('nPlusOneThreshold', options.nPlusOneThreshold, 5, repetitions),
    writeLoopThreshold: thresholdsOf('writeLoopThreshold', options.writeLoopThreshold, 10, repetitions),
    suppressions: suppressionsOf(options.suppressionsFile),
    recentUnits: countOf('recentUnits', options.recentUnits, 1_000, 0),
    explain: explainOf(options.explain),
    loggerProvider: loggerProviderOf(options.loggerProvider),
    meterProvider: meterProviderOf(options.meterProvider),
    console: booleanOf('console', options.console),
  }
}

function checkNames(options: InsightsOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`Insights options must be an object, got ${shown(options)}`)
  }
  for (const key of Object.keys(options)) {
    if (names.some((name) => name === key)) continue
    const nearest = nearestName(key, names)
    throw new TypeError(
      nearest === undefined
        ? `${key} is no option of insights; known are ${names.join(', ')}`
        : `${key} is no option of insights; did you mean ${nearest}?`,
    )
  }
}

function suppressionsOf(path: unknown): readonly Suppression[] {
  if (path === undefined) return []
  if (typeof path === 'string' && path !== '') return readSuppressions(path)
  throw new TypeError(`suppressionsFile must be the path of a file, got ${shown(path)}`)
}

function explainOf(value: unknown): ExplainMode | undefined {
  if (value === undefined || value === false) return undefined
  if (value === 'generic' || value === 'custom') return value
  throw new TypeError(`explain must be 'generic', 'custom' or false, got ${shown(value)}`)
}

function stacksOf(value: unknown): CheckoutStacks {
  if (value === undefined) return 'sampled'
  if (value === 'always' || value === 'sampled' || value === 'never') return value
  throw new TypeError(`checkoutStacks must be 'always', 'sampled' or 'never', got ${shown(value)}`)
}
