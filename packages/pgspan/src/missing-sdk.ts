import { installedVersion } from './installed-version.js'

/** Which SDK goes with which version of the api; the api's minor version tells the line. */
const sdkOfApi: readonly (readonly [apiMinor: number, sdkNode: string])[] = [
  [10, '^0.301.0'],
  [9, '^0.223.0'],
]

/**
 * One line for a person: that there is no SDK, what works all the same, and the command that installs one.
 *
 * @param hasMetrics the metrics endpoint is there.
 */
export function describeMissingSdk(hasMetrics: boolean): string {
  const version = installedVersion('@opentelemetry/api', __filename) ?? '1.9.0'
  const minor = Number(version.split('.')[1])
  const range = sdkOfApi.find(([apiMinor]) => minor >= apiMinor)?.[1] ?? '^0.223.0'
  const state = hasMetrics
    ? 'there are findings and metrics for Prometheus, but no spans. For those'
    : 'findings are made but nothing is exported. For spans and metrics'
  return `pgspan: no OpenTelemetry SDK is installed, so ${state}: npm install @opentelemetry/sdk-node@${range}`
}
