import { type Span, SpanKind } from '@opentelemetry/api'
import { UnitOfWork } from '@pgspan/lifecycle'
import { expect, test } from 'vitest'
import { kindOfWork, servesMessage } from './kind-of-work.js'

function traceWith(kind: SpanKind | undefined): UnitOfWork {
  const unit = new UnitOfWork('trace', 'trace')
  if (kind !== undefined) unit.rootSpan = { kind } as unknown as Span
  return unit
}

test.each<[string, UnitOfWork | undefined, string]>([
  ['a request', new UnitOfWork('http', 'GET /'), 'http'],
  ['a trace whose root span serves a request', traceWith(SpanKind.SERVER), 'http'],
  ['what runInUnitOfWork runs', new UnitOfWork('job', 'nightly'), 'job'],
  ['a trace that consumes a message', traceWith(SpanKind.CONSUMER), 'job'],
  ['a trace of the application’s own', traceWith(SpanKind.INTERNAL), 'trace'],
  ['a trace that is not recorded', traceWith(undefined), 'trace'],
  ['nothing', undefined, 'outside'],
])('%s is work of its kind', (_, unit, kind) => {
  expect(kindOfWork(unit)).toBe(kind)
})

test('only a span that consumes says that a message is served', () => {
  expect(servesMessage(traceWith(SpanKind.CONSUMER))).toBe(true)
  expect(servesMessage(traceWith(SpanKind.SERVER))).toBe(false)
  expect(servesMessage(undefined)).toBe(false)
})
