import { DiagLogLevel, diag } from '@opentelemetry/api'
import { afterEach, expect, test, vi } from 'vitest'
import { pgModules } from './pg-modules.js'

afterEach(() => diag.disable())

function heard(): string[] {
  const lines: string[] = []
  const listen = (...args: unknown[]): number => lines.push(args.join(' '))
  diag.setLogger({ error: listen, warn: listen, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
  return lines
}

test('a version that is not supported is left as it is, and named in one line with those that are', () => {
  const lines = heard()
  class Client {
    query(): void {}
    connect(): void {}
  }
  const query = Client.prototype.query
  const [pg] = pgModules()
  const file = pg?.files[0]
  expect(file?.patch(Client, '7.18.2')).toBe(Client)
  expect(Client.prototype.query).toBe(query)
  expect(lines).toEqual(['pgspan: pg 7.18.2 is not instrumented: 8.11 or newer, before 9 is supported'])
})

test('a package that is not what its name says is left as it is, and named', () => {
  const lines = heard()
  const exports = { Client: class {}, Pool: class {} }
  expect(pgModules()[0]?.patch?.(exports, '8.23.1')).toBe(exports)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('pg 8.23.1 is not instrumented')
})

test('a class is patched once, however often it is loaded', () => {
  const query = vi.fn()
  class Client {
    connect(): void {}
  }
  Object.assign(Client.prototype, { query })
  const file = pgModules()[0]?.files[0]
  file?.patch(Client, '8.23.1')
  const patched = (Client.prototype as unknown as { query: unknown }).query
  file?.patch(Client, '8.23.1')
  expect(patched).not.toBe(query)
  expect((Client.prototype as unknown as { query: unknown }).query).toBe(patched)
})
