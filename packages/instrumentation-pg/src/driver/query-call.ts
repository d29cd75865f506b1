import { isSubmittable, type QueryConfig } from './pg-shapes.js'

/** One `client.query(…)`, read without touching what the caller passed. */
export interface QueryCall {
  readonly text: string
  readonly values: readonly unknown[] | undefined
  readonly statementName: string | undefined
  readonly isSubmittable: boolean
  readonly hasCallback: boolean
  readonly queryTimeout: unknown
  /** True if rows are asked for in portions, by the option `rows`. */
  readonly readsInPortions: boolean
}

/**
 * Reads the arguments of `client.query` as the driver does: `(text, values?, callback?)`, `(config, values?,
 * callback?)`, `(submittable)`. Undefined for what the driver refuses at once.
 *
 * @see https://github.com/brianc/node-postgres/blob/pg%408.23.1/packages/pg/lib/utils.js
 */
export function readQueryCall(args: readonly unknown[]): QueryCall | undefined {
  const [query, second, third] = args
  if (query === undefined || query === null) return undefined
  const hasCallbackArgument = typeof second === 'function' || typeof third === 'function'
  if (typeof query === 'string') {
    return {
      text: query,
      values: arrayOf(second),
      statementName: undefined,
      isSubmittable: false,
      hasCallback: hasCallbackArgument,
      queryTimeout: undefined,
      readsInPortions: false,
    }
  }
  if (isSubmittable(query)) {
    return {
      text: stringOf(query.text) ?? stringOf(query.cursor?.text) ?? '',
      values: arrayOf(query.values) ?? arrayOf(query.cursor?.values),
      statementName: undefined,
      isSubmittable: true,
      hasCallback: hasCallbackArgument,
      queryTimeout: (query as QueryConfig).query_timeout,
      readsInPortions: false,
    }
  }
  if (typeof query !== 'object') return undefined
  const config: QueryConfig = query
  return {
    text: stringOf(config.text) ?? '',
    values: arrayOf(second) ?? arrayOf(config.values),
    statementName: stringOf(config.name),
    isSubmittable: false,
    hasCallback: hasCallbackArgument || typeof config.callback === 'function',
    queryTimeout: config.query_timeout,
    readsInPortions: Boolean(config.rows),
  }
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function arrayOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined
}
