import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PgInstrumentation } from './pg-instrumentation.js'

const propagator = { inject() {}, extract: <Context>(context: Context) => context, fields: () => [] }

test.each([
  [{ acquireSpans: 'sometimes' }, "acquireSpans must be 'always', 'never' or 'slow', got 'sometimes'"],
  [{ connectSpans: 7 }, "connectSpans must be 'always', 'never' or 'slow', got number"],
  [{ beginSpans: true }, "beginSpans must be 'always', 'never' or 'slow', got boolean"],
  [{ enabled: 'yes' }, 'enabled must be true or false, got string'],
  [{ requestHook: 'secret' }, 'requestHook must be a function, got string'],
  [
    { sqlCommentTags: { service: 7 } },
    'sqlCommentTags must be an object of strings, or a function, got object',
  ],
  [{ sqlCommentTags: 'secret' }, 'sqlCommentTags must be an object of strings, or a function, got string'],
  [
    { addSqlCommenterCommentToQueries: true, sqlCommentPropagator: {} },
    'sqlCommentPropagator must be an object with an inject function, got object',
  ],
  [{ sqlCommentPropagator: propagator }, 'sqlCommentPropagator needs addSqlCommenterCommentToQueries: true'],
  [{ redactQueryParameter: () => undefined }, 'redactQueryParameter needs recordQueryParameters: true'],
  [
    { ignoreConnectSpans: true, acquireSpans: 'always' },
    "ignoreConnectSpans and acquireSpans: 'always' contradict each other",
  ],
  [
    { enhancedDatabaseReporting: true },
    'enhancedDatabaseReporting is not supported: use recordQueryParameters, which records db.query.parameter.<key>, with redactQueryParameter',
  ],
  [
    { enableTraceContextPropagation: true },
    'enableTraceContextPropagation is not supported: it costs a round trip per query; use addSqlCommenterCommentToQueries, which writes the trace context into a comment',
  ],
])('%j is refused at construction, by name', (config, message) => {
  expect(() => new PgInstrumentation(config as object)).toThrow(
    new TypeError(`PgInstrumentation: ${message}`),
  )
})

test('an unknown option is refused with the names of those that there are', () => {
  expect(() => new PgInstrumentation({ acquireSpan: 'slow' } as object)).toThrow(
    /^PgInstrumentation: unknown option acquireSpan; known are enabled, acquireSpans, connectSpans, /,
  )
})

test('every option may be left undefined, and the upstream options that are not supported may be off', () => {
  const off = {
    enhancedDatabaseReporting: false,
    enableTraceContextPropagation: false,
    requestHook: undefined,
  }
  expect(() => new PgInstrumentation({ enabled: false, ...off } as object)).not.toThrow()
})

test('a wrong option is refused later as well', () => {
  const instrumentation = new PgInstrumentation({ enabled: false })
  expect(() => instrumentation.setConfig({ acquireSpans: 'sometimes' } as object)).toThrow(TypeError)
})

test('every option stands on the package’s page, and every option there exists', () => {
  const page = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [table = ''] = page.split('## Options\n')[1]?.split('\n\nWrong options') ?? []
  const listed = [...table.matchAll(/^\| `(\w+)/gm)].map(([, name]) => name)
  let known: string[] = []
  try {
    new PgInstrumentation({ nothing: true } as object)
  } catch (error) {
    known = String(error).split('known are ')[1]?.split(', ') ?? []
  }
  expect(known.length).toBeGreaterThan(10)
  expect(listed.sort()).toEqual(known.sort())
})
