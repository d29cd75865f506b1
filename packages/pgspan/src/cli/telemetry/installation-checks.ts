import { createRequire } from 'node:module'
import { join } from 'node:path'
import { installedVersion } from '../../installed-version.js'
import { describeMissingSdk } from '../../missing-sdk.js'
import { loadOptionalPackage } from '../../optional-package.js'
import type { TelemetryFinding } from './telemetry-finding.js'

/** As seen from the folder of the application. */
const application = join(process.cwd(), 'package.json')

export function withoutSdk(): readonly TelemetryFinding[] {
  if (loadOptionalPackage('@opentelemetry/sdk-node/package.json')) return []
  return [
    {
      check: 'no_sdk',
      severity: 'warning',
      problem: 'OpenTelemetry’s SDK is not installed here.',
      consequence:
        'There are findings and metrics for Prometheus, but no spans, and a collector gets nothing.',
      remedy: describeMissingSdk(true).replace(/^.*(?=npm install)/, ''),
    },
  ]
}

/** What registers with an older api is not seen by what calls a newer one, nor by one of another major version. */
export function olderApi(): readonly TelemetryFinding[] {
  const used = installedVersion('@opentelemetry/api', instrumentationOf(application))
  const applications = installedVersion('@opentelemetry/api', application)
  if (used === undefined || applications === undefined || isSeenBy(applications, used)) return []
  return [
    {
      check: 'older_api',
      severity: 'error',
      problem: `This folder has @opentelemetry/api ${applications}, and pgspan uses ${used}.`,
      consequence:
        'An SDK that the application starts is not seen by pgspan: its spans and metrics go nowhere, silently.',
      remedy: `npm install @opentelemetry/api@${used}`,
    },
  ]
}

/**
 * True if what one version of the api registers is found by another.
 *
 * @see https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/internal/semver.ts
 */
export function isSeenBy(registering: string, using: string): boolean {
  const [major = 0, minor = 0] = registering.split('.').map(Number)
  const [usedMajor, usedMinor = 0] = using.split('.').map(Number)
  return major === usedMajor && (major > 0 ? usedMinor <= minor : usedMinor === minor)
}

/** A file of what instruments the application: its own installation, or else the one that this command is of. */
export function instrumentationOf(applicationFile: string): string {
  const from = createRequire(applicationFile)
  for (const name of ['pgspan', '@pgspan/instrumentation-pg']) {
    try {
      return from.resolve(name)
    } catch {}
  }
  return __filename
}

export function unsupportedDriver(): readonly TelemetryFinding[] {
  const version = installedVersion('pg', application)
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  if (version === undefined || (major === 8 && minor >= 11)) return []
  return [
    {
      check: 'unsupported_driver',
      severity: 'error',
      problem: `pg ${version} is installed here; 8.11 or newer, before 9, is supported.`,
      consequence: 'Its queries and pools are not seen.',
      remedy: 'npm install pg@8',
    },
  ]
}
