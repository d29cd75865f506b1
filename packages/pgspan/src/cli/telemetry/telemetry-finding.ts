import type { Diagnosis } from '@pgspan/pool-care'

/** One reason why nothing arrives, or not all. */
export type TelemetryFinding = Omit<Diagnosis, 'subject'>

/** As the doctor's other diagnoses are. */
export function aboutTelemetry(finding: TelemetryFinding): Diagnosis {
  return { ...finding, subject: 'telemetry' }
}
