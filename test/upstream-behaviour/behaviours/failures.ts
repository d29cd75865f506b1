import { type Behaviour, different } from '../behaviour.js'
import type { Subject } from '../subject.js'

const text = 'SELECT foo FROM nonexistent_table'

/** What is recorded of a query that the server refused. */
export const failures: readonly Behaviour[] = (['callback', 'promise'] as const).map((style) =>
  different(
    `a query of a table that does not exist, by ${style}`,
    {
      upstream: {
        code: '42P01',
        status: 'ERROR',
        spanEvents: [
          {
            name: 'exception',
            message: "PostgreSQL error of type 'error' occurred (code: 42P01)",
          },
        ],
        logEvents: [],
        errorType: undefined,
      },
      pgspan: {
        code: '42P01',
        status: 'ERROR',
        spanEvents: [],
        logEvents: [{ name: 'db.client.operation.exception', message: 'undefined_table' }],
        errorType: '42P01',
      },
      why: 'the conventions have a log event, and `error.type` on the span',
    },
    (subject) => refusedByServer(subject, style),
  ),
)

async function refusedByServer(subject: Subject, style: 'callback' | 'promise'): Promise<unknown> {
  const error: { code?: string } = await (style === 'promise'
    ? subject.client.query(text).catch((reason) => reason)
    : new Promise((resolve) => subject.client.query(text, (reason) => resolve(reason as object))))
  // The event is made after the caller’s own turn.
  await new Promise((resolve) => setImmediate(resolve))
  const [span] = subject.querySpans
  return {
    code: error.code,
    status: span?.status,
    spanEvents: span?.events,
    logEvents: subject.events,
    errorType: span?.attributes['error.type'],
  }
}
