import { logs } from '@opentelemetry/api-logs'
import { LoggerProvider } from '@opentelemetry/sdk-logs'
import { afterEach, describe, expect, test } from 'vitest'
import { globalLoggerProvider } from './logger-provider.js'

const apiKey = Symbol.for('opentelemetry.js.api.1')
/** Test code puts there what the API of 1.10 does; the matrix of versions checks that it does. */
const globals = globalThis as { [apiKey]?: { logs?: unknown } | undefined }
const before = globals[apiKey]

afterEach(() => {
  logs.disable()
  globals[apiKey] = before
})

describe('the global logger provider', () => {
  test('is none before an SDK has registered one', () => {
    expect(globalLoggerProvider()).toBeUndefined()
  })

  test('is the one that the SDK has registered through @opentelemetry/api-logs', () => {
    const provider = new LoggerProvider()
    logs.setGlobalLoggerProvider(provider)
    expect(globalLoggerProvider()).toBe(provider)
  })

  test('is the one that the SDK has registered with @opentelemetry/api from 1.10 on', () => {
    const provider = new LoggerProvider()
    globals[apiKey] = { ...before, logs: provider }
    expect(globalLoggerProvider()).toBe(provider)
  })

  test('is none where something else is kept', () => {
    for (const other of [undefined, null, 5, {}, { getLogger: 'x' }]) {
      globals[apiKey] = { ...before, logs: other }
      expect(globalLoggerProvider()).toBeUndefined()
    }
  })
})
