import { expect, test } from 'vitest'
import { PgInstrumentation } from './pg-instrumentation.js'

test.each([
  [
    { acquireSpans: 'sometimes' },
    "PgInstrumentation: acquireSpans must be 'always', 'never' or 'slow', got 'sometimes'",
  ],
  [{ connectSpans: 7 }, "PgInstrumentation: connectSpans must be 'always', 'never' or 'slow', got number"],
  [{ enabled: 'yes' }, 'PgInstrumentation: enabled must be true or false, got string'],
  [
    { acquireSpan: 'slow' },
    'PgInstrumentation: unknown option acquireSpan; known are enabled, acquireSpans, connectSpans',
  ],
])('%j is refused at construction, by name', (config, message) => {
  expect(() => new PgInstrumentation(config as object)).toThrow(new TypeError(message))
})

test('a wrong option is refused later as well', () => {
  const instrumentation = new PgInstrumentation({ enabled: false })
  expect(() => instrumentation.setConfig({ acquireSpans: 'sometimes' } as object)).toThrow(TypeError)
})
