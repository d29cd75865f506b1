import { defaultTextMapSetter, type Span, TraceFlags, trace } from '@opentelemetry/api'
import type { QueryExecution, SqlCommenter } from '@pgspan/lifecycle'
import { formatSqlComment } from './driver/sql-comment.js'
import type { PgInstrumentationConfig } from './options.js'
import { Hooks } from './recorders/hooks.js'

type CommentOptions = Pick<
  PgInstrumentationConfig,
  'sqlCommentTags' | 'addSqlCommenterCommentToQueries' | 'sqlCommentPropagator'
>
type Tag = readonly [key: string, value: string]

/**
 * Writes the comments that the options ask for; undefined if they ask for none.
 *
 * Tags that do not change are formatted once. The trace context is added for sampled spans only: another one leads
 * nowhere, and each comment with a trace context makes the text one that never comes back.
 */
export function createSqlCommenter(options: CommentOptions): SqlCommenter | undefined {
  const { sqlCommentTags: given, addSqlCommenterCommentToQueries: addsTrace = false } = options
  if (given === undefined && !addsTrace) return undefined
  const hooks = new Hooks()
  const fixedTags = typeof given === 'function' ? undefined : tagsOf(given)
  const fixedComment = fixedTags && formatSqlComment(fixedTags)
  return (query) => {
    const span = addsTrace ? sampledSpan(query) : undefined
    if (span === undefined && fixedComment !== undefined) return fixedComment
    const tags =
      typeof given === 'function'
        ? tagsOf(hooks.call('sqlCommentTags', query.callerContext, given, query))
        : (fixedTags ?? [])
    if (span === undefined) return formatSqlComment(tags)
    return formatSqlComment([...tags, ...traceTags(hooks, query, span, options.sqlCommentPropagator)])
  }
}

function sampledSpan({ span }: QueryExecution): Span | undefined {
  return span !== undefined && (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0 ? span : undefined
}

/** @see https://www.w3.org/TR/trace-context/ */
function traceTags(
  hooks: Hooks,
  query: QueryExecution,
  span: Span,
  propagator: CommentOptions['sqlCommentPropagator'],
): readonly Tag[] {
  if (propagator !== undefined) {
    const carrier: Record<string, string> = {}
    const inContext = trace.setSpan(query.callerContext, span)
    const inject = (): void => propagator.inject(inContext, carrier, defaultTextMapSetter)
    hooks.call('sqlCommentPropagator', query.callerContext, inject)
    return tagsOf(carrier)
  }
  const { traceId, spanId, traceState } = span.spanContext()
  const traceparent: Tag = ['traceparent', `00-${traceId}-${spanId}-01`]
  const state = traceState?.serialize()
  return state ? [traceparent, ['tracestate', state]] : [traceparent]
}

/** Only texts: functions and propagators may give anything. */
function tagsOf(tags: Readonly<Record<string, unknown>> | undefined): readonly Tag[] {
  if (typeof tags !== 'object' || tags === null) return []
  return Object.entries(tags).filter((tag): tag is [string, string] => typeof tag[1] === 'string')
}
