import type { Attributes, HrTime, SpanStatus } from '@opentelemetry/api'

/** What one run of `contract/run-contract.cjs` prints. */
export interface ContractReport {
  readonly versions: Readonly<Record<string, string>>
  /** The driver that was loaded is the one that `require` gives. */
  readonly isSameModule: boolean
  readonly outcomes: readonly ScenarioOutcome[]
  /** What the pools said of themselves, in all. */
  readonly totals: { readonly acquired: number; readonly opened: number }
  readonly warnings: readonly string[]
  /** The server's version; asked by the bare driver only. */
  readonly server?: string
  /** Of the bare driver only. */
  readonly privateMembers?: Readonly<Record<string, boolean>>
  /** Of the observed driver only. */
  readonly telemetry?: ContractTelemetry
}

export interface ScenarioOutcome {
  readonly name: string
  /** Results and errors, as the application saw them. */
  readonly outcome: unknown
  /** The states of a pool, and the metrics of that moment. */
  readonly notes: readonly { readonly truth: Readonly<Record<string, number>>; readonly metrics?: Metrics }[]
  readonly expected: {
    readonly spans: readonly ExpectedSpan[]
    /** Callers inside the scenario, with the spans that each must have. */
    readonly callers: readonly { readonly name: string; readonly spans: readonly ExpectedSpan[] }[]
    readonly findings: readonly string[]
    /** Requests for a connection that gave up. */
    readonly timeouts: number
    /** Queries of a pool that got no connection. */
    readonly unsent: number
  }
}

/** What is said of a span in a scenario; what is not said is not judged, but for an error, which is none. */
export interface ExpectedSpan {
  /** None: a span that is named by its database. */
  readonly name?: string
  readonly text?: string
  /** `error.type`; `as seen`: the code of the error that the application got. */
  readonly error?: string
  readonly rows?: number
  readonly rounds?: number
  readonly abandoned?: boolean
  readonly statement?: string
}

export interface ContractTelemetry {
  readonly spans: readonly ReportedSpan[]
  /** Spans that began and did not end. */
  readonly open: number
  /** Log events. */
  readonly events: readonly {
    readonly eventName: string
    readonly attributes: Attributes
    readonly spanId?: string
  }[]
  readonly metrics: Metrics
  /** Warnings and errors of OpenTelemetry's diagnostics. */
  readonly complaints: readonly string[]
}

export interface ReportedSpan {
  readonly id: string
  readonly name: string
  readonly scope: string
  readonly kind: number
  readonly status: SpanStatus
  readonly attributes: Attributes
  /** The scenario, or the caller in it, whose span is the parent. */
  readonly caller?: string
  readonly isOfCallersTrace: boolean
  readonly startedAt: HrTime
}

export type Metrics = Readonly<
  Record<string, readonly { readonly attributes: Attributes; readonly value: number | Histogram }[]>
>

export interface Histogram {
  readonly count: number
  readonly sum: number
}
