import type { Diagnosis } from '@pgspan/pool-care'
import { endpoints } from './endpoint-checks.js'
import { metricsOnLoopback, switchedOff, unknownVariables, wrongSettings } from './environment-checks.js'
import { olderApi, unsupportedDriver, withoutSdk } from './installation-checks.js'
import { aboutTelemetry, type TelemetryFinding } from './telemetry-finding.js'

type Check = () => readonly TelemetryFinding[] | Promise<readonly TelemetryFinding[]>

const checks: readonly Check[] = [
  switchedOff,
  unknownVariables,
  wrongSettings,
  metricsOnLoopback,
  withoutSdk,
  olderApi,
  unsupportedDriver,
  endpoints,
]

/** Why nothing may arrive, as far as this folder, its environment and its endpoints tell. */
export async function checkTelemetry(): Promise<readonly Diagnosis[]> {
  return (await Promise.all(checks.map((check) => check()))).flat().map(aboutTelemetry)
}
