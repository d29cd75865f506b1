import type { Context } from '@opentelemetry/api'
import type { UnitOfWork } from '@pgspan/lifecycle'
import type { Finding } from './finding.js'

/** A finding where it was made. */
export interface SightedFinding {
  readonly finding: Finding
  /** Undefined outside any. */
  readonly unit: UnitOfWork | undefined
  readonly callerContext: Context
}

/** Receives findings. What it throws is reported once and reaches neither the application nor other sinks. */
export interface FindingSink {
  /** For diagnostics. */
  readonly name: string
  /** A finding is new in its unit of work, or its evidence has grown. */
  updated?(sighted: SightedFinding): void
  /** The evidence is final: once per finding and unit of work. */
  counted?(sighted: SightedFinding): void
  /** A finding is new in this process, or was seen 2, 4, 8 … times, or again after five minutes, ten per second;
   * and once more when its plan is known. */
  reported?(sighted: SightedFinding): void
}
