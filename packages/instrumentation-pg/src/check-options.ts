import type { PgInstrumentationConfig } from './options.js'
import type { SpanRule } from './recorders/acquire-and-connect-spans.js'

type Check = readonly [isRight: (value: unknown) => boolean, expected: string]

const spanRules: readonly unknown[] = ['always', 'never', 'slow'] satisfies SpanRule[]
const rule: Check = [(value) => spanRules.includes(value), "'always', 'never' or 'slow'"]
const flag: Check = [(value) => typeof value === 'boolean', 'true or false']
const callback: Check = [(value) => typeof value === 'function', 'a function']
const duration: Check = [
  (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  'a number of milliseconds from 0',
]
const tags: Check = [isTags, 'an object of strings, or a function']
const propagator: Check = [isPropagator, 'an object with an inject function']

const checks: Readonly<Record<keyof PgInstrumentationConfig, Check>> = {
  enabled: flag,
  acquireSpans: rule,
  connectSpans: rule,
  ignoreConnectSpans: flag,
  beginSpans: rule,
  slowQueryMillis: duration,
  keepParameterizedText: flag,
  requireParentSpan: flag,
  shouldTraceQuery: callback,
  requestHook: callback,
  responseHook: callback,
  connectionHook: callback,
  recordQueryParameters: flag,
  redactQueryParameter: callback,
  queryIds: flag,
  recordReturnedRows: flag,
  sqlCommentTags: tags,
  addSqlCommenterCommentToQueries: flag,
  sqlCommentPropagator: propagator,
}

/** Options of `@opentelemetry/instrumentation-pg` that nothing here means the same as, and what to use. */
const replaced: Readonly<Record<string, string>> = {
  enhancedDatabaseReporting:
    'use recordQueryParameters, which records db.query.parameter.<key>, with redactQueryParameter',
  enableTraceContextPropagation:
    'it costs a round trip per query; use addSqlCommenterCommentToQueries, which writes the trace context into a comment',
}

/**
 * Throws a `TypeError` that names the option and what it may be, or what to use instead; values are not repeated
 * beyond their type.
 */
export function checkOptions(config: PgInstrumentationConfig): void {
  if (typeof config !== 'object' || config === null) {
    throw new TypeError(`PgInstrumentation: options must be an object, got ${typeof config}`)
  }
  for (const [name, value] of Object.entries(config)) checkOption(name, value)
  checkTogether(config)
}

function checkOption(name: string, value: unknown): void {
  if (Object.hasOwn(replaced, name)) {
    // Off is what it is here.
    if (value === undefined || value === false) return
    throw new TypeError(`PgInstrumentation: ${name} is not supported: ${replaced[name]}`)
  }
  if (!Object.hasOwn(checks, name)) {
    throw new TypeError(
      `PgInstrumentation: unknown option ${name}; known are ${Object.keys(checks).join(', ')}`,
    )
  }
  // The name is one of its own.
  const [isRight, expected] = checks[name as keyof PgInstrumentationConfig]
  if (value === undefined || isRight(value)) return
  throw new TypeError(`PgInstrumentation: ${name} must be ${expected}, got ${shown(name, value)}`)
}

/** An option that has no effect beside the others is a mistake. */
function checkTogether(config: PgInstrumentationConfig): void {
  if (config.redactQueryParameter !== undefined && config.recordQueryParameters !== true) {
    throw new TypeError('PgInstrumentation: redactQueryParameter needs recordQueryParameters: true')
  }
  if (config.sqlCommentPropagator !== undefined && config.addSqlCommenterCommentToQueries !== true) {
    throw new TypeError('PgInstrumentation: sqlCommentPropagator needs addSqlCommenterCommentToQueries: true')
  }
  if (config.ignoreConnectSpans !== true) return
  for (const name of ['acquireSpans', 'connectSpans'] as const) {
    if (config[name] === undefined || config[name] === 'never') continue
    throw new TypeError(
      `PgInstrumentation: ignoreConnectSpans and ${name}: '${config[name]}' contradict each other`,
    )
  }
}

/** A misspelt rule is worth repeating; anything else may be a secret. */
function shown(name: string, value: unknown): string {
  const isRule = checks[name as keyof PgInstrumentationConfig] === rule
  return isRule && typeof value === 'string' ? `'${value.slice(0, 40)}'` : typeof value
}

function isTags(value: unknown): boolean {
  if (typeof value === 'function') return true
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every((tag) => typeof tag === 'string')
}

function isPropagator(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && 'inject' in value && typeof value.inject === 'function'
  )
}
