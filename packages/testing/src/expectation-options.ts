import type { InsightsOptions } from '@pgspan/insights'
import type { Baseline } from './baseline.js'
import type { FindingReport } from './finding-report.js'

/** Options of {@link expectNoFindings} and {@link expectNoNPlusOne}: those of insights, and what becomes of findings. */
export interface ExpectationOptions extends InsightsOptions {
  /** Findings that are known do not fail the test; see {@link openBaseline}. */
  readonly baseline?: Baseline
  /** Takes every finding that would fail the test, known ones included. */
  readonly report?: FindingReport
}
