import { loadOptionalPackage } from '../../optional-package.js'
import { otlpDestinations } from './otlp-destination.js'
import type { TelemetryFinding } from './telemetry-finding.js'

/** The application instruments `pg`, and nobody takes what that records. Said elsewhere if there is no SDK at all. */
export function sdkNotStarted(): readonly TelemetryFinding[] {
  if (!loadOptionalPackage('@opentelemetry/sdk-node/package.json')) return []
  return [
    {
      check: 'sdk_not_started',
      severity: 'error',
      problem: 'The application instruments pg, and no SDK of OpenTelemetry was started.',
      consequence: 'Spans and metrics go nowhere.',
      remedy: 'Call new NodeSDK({ … }).start() before the first query, or startPgspan(), which does so.',
    },
  ]
}

/** Somebody has said where telemetry is to go, and nothing of ours was started. */
export function notStarted(): readonly TelemetryFinding[] {
  if (otlpDestinations().length === 0) return []
  return [
    {
      check: 'not_started',
      severity: 'warning',
      problem: 'The environment says where telemetry goes, and the application starts nothing of pgspan.',
      consequence: 'pgspan sends nothing there.',
      remedy:
        'node --import pgspan/register app.js, or add new PgInstrumentation() to the application’s NodeSDK.',
    },
  ]
}

export function unsampled(tried: number): TelemetryFinding {
  return {
    check: 'not_sampled',
    severity: 'warning',
    problem: `The SDK’s sampler takes none of ${tried} spans.`,
    consequence: 'No spans arrive, or hardly any. Metrics and findings are not affected.',
    remedy: 'Give the SDK another sampler, or set OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG.',
  }
}

/** @see https://github.com/open-telemetry/opentelemetry-js/blob/main/doc/esm-support.md */
export const requestWithoutSpan: TelemetryFinding = {
  check: 'request_without_span',
  severity: 'warning',
  problem: 'HTTP requests have no span, while their queries have.',
  consequence: 'Each query is a trace of its own.',
  remedy:
    'npm install @opentelemetry/instrumentation-http, and start it before the application. An application of ES modules needs the hook of the loader as well: node --experimental-loader=@opentelemetry/instrumentation/hook.mjs --import pgspan/register app.mjs',
}
