import { existsSync } from 'node:fs'
import { nearest } from '../../edit-distance.js'
import { readEnvironment } from '../../environment.js'
import { standardVariables } from './standard-variables.js'
import type { TelemetryFinding } from './telemetry-finding.js'

/** So many typing errors are one, and not a variable of something else. */
const maximumDistance = 4

interface Switch {
  readonly name: string
  readonly isOff: (value: string) => boolean
  readonly consequence: string
}

const isOneOf =
  (...values: readonly string[]) =>
  (value: string): boolean =>
    values.includes(value.toLowerCase())

const noSpans = 'No spans arrive.'
const switches: readonly Switch[] = [
  { name: 'PGSPAN_DISABLED', isOff: isOneOf('1', 'true', 'on'), consequence: 'pgspan does nothing at all.' },
  { name: 'OTEL_SDK_DISABLED', isOff: isOneOf('true'), consequence: 'No spans and no metrics arrive.' },
  {
    name: 'OTEL_TRACES_SAMPLER',
    isOff: isOneOf('always_off', 'parentbased_always_off'),
    consequence: noSpans,
  },
  { name: 'OTEL_TRACES_SAMPLER_ARG', isOff: isSamplingNothing, consequence: noSpans },
  { name: 'OTEL_TRACES_EXPORTER', isOff: isOneOf('none'), consequence: noSpans },
  { name: 'OTEL_METRICS_EXPORTER', isOff: isOneOf('none'), consequence: 'No metrics arrive.' },
]

function isSamplingNothing(value: string): boolean {
  return (
    process.env.OTEL_TRACES_SAMPLER?.toLowerCase().endsWith('traceidratio') === true && Number(value) === 0
  )
}

/** Variables whose values leave nothing, or a part of it. */
export function switchedOff(): readonly TelemetryFinding[] {
  return switches.flatMap(({ name, isOff, consequence }) => {
    const value = process.env[name]
    if (!value || !isOff(value)) return []
    return {
      check: 'switched_off',
      severity: 'warning' as const,
      problem: `The environment switches telemetry off: ${name}=${value}.`,
      consequence,
      remedy: `Unset ${name}.`,
    }
  })
}

/** In a container, its loopback address is nobody else's; where somebody develops in one, that is as it should be. */
export function metricsOnLoopback(): readonly TelemetryFinding[] {
  const { KUBERNETES_SERVICE_HOST, OTEL_EXPORTER_PROMETHEUS_HOST, OTEL_METRICS_EXPORTER } = process.env
  const isServed = (OTEL_METRICS_EXPORTER || 'prometheus').includes('prometheus')
  const isContainer = KUBERNETES_SERVICE_HOST !== undefined || existsSync('/.dockerenv')
  if (process.env.NODE_ENV !== 'production' || !isServed || !isContainer || OTEL_EXPORTER_PROMETHEUS_HOST)
    return []
  return [
    {
      check: 'metrics_on_loopback',
      severity: 'note',
      problem: 'Metrics are served on 127.0.0.1, inside of a container.',
      consequence: 'Prometheus reaches them from inside of the same container or pod alone.',
      remedy: 'Set OTEL_EXPORTER_PROMETHEUS_HOST=0.0.0.0, where nobody but Prometheus can reach that port.',
    },
  ]
}

/** What pgspan itself says of the `PGSPAN_*` variables: names and values. Values are not repeated. */
export function wrongSettings(): readonly TelemetryFinding[] {
  const said: string[] = []
  readEnvironment(process.env, (message) => said.push(message.replace(/^pgspan: /, '')))
  return said.map((message) => ({
    check: 'wrong_setting',
    severity: 'warning',
    problem: `${message}.`,
    consequence: 'It has no effect.',
    remedy: `Unset or correct ${message.split(' ', 1)[0]}; the settings are listed in the README of pgspan.`,
  }))
}

/** `OTEL_*` variables that nothing reads, and that look like one that something reads. */
export function unknownVariables(): readonly TelemetryFinding[] {
  return Object.keys(process.env).flatMap((name) => {
    if (!name.startsWith('OTEL_') || standardVariables.includes(name)) return []
    const known = nearest(name, standardVariables)
    if (known.distance > maximumDistance) return []
    return {
      check: 'unknown_variable',
      severity: 'warning' as const,
      problem: `${name} is set, which nothing reads; the nearest that exists is ${known.name}.`,
      consequence: 'It has no effect.',
      remedy: `Set ${known.name} instead.`,
    }
  })
}
