import type { Subject } from './subject.js'

/** One of the two instrumentations. */
export type Side = 'upstream' | 'pgspan'

/** What the tests of `@opentelemetry/instrumentation-pg` say of it, in our words, and what pgspan does there. */
export interface Behaviour {
  /** What is looked at. */
  readonly subject: string
  /** The options of each; those that are the same stand once. */
  readonly options: Readonly<Record<Side, object>>
  /** Does it, and says what was seen, as plain data. */
  readonly observe: (subject: Subject) => unknown
  readonly expected: Readonly<Record<Side, unknown>>
  /** Why the two differ; undefined if they do not. */
  readonly why: string | undefined
}

type Options = object | Readonly<Record<Side, object>>

/** A behaviour that the two have in common. */
export function same(
  subject: string,
  expected: unknown,
  observe: Behaviour['observe'],
  options: Options = {},
): Behaviour {
  return {
    subject,
    options: forEach(options),
    observe,
    expected: { upstream: expected, pgspan: expected },
    why: undefined,
  }
}

/** A behaviour in which pgspan differs on purpose. */
export function different(
  subject: string,
  expected: Readonly<Record<Side, unknown>> & { readonly why: string },
  observe: Behaviour['observe'],
  options: Options = {},
): Behaviour {
  const { upstream, pgspan, why } = expected
  return { subject, options: forEach(options), observe, expected: { upstream, pgspan }, why }
}

function forEach(options: Options): Readonly<Record<Side, object>> {
  // What has both names is a pair: neither instrumentation has an option of that name.
  return 'upstream' in options && 'pgspan' in options
    ? (options as Readonly<Record<Side, object>>)
    : { upstream: options, pgspan: options }
}
