import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, test } from 'vitest'
import { simulate } from '../../test/simulation.js'
import type { Insights } from '../insights.js'

const tracer = new TracerProvider({
  spanProcessors: [new SimpleSpanProcessor({ exporter: new InMemorySpanExporter() })],
}).getTracer('test')

describe('the local root span of a unit of work', () => {
  test('tells what was found, with the highest severity and all savings', () => {
    const { db, unit, insights } = simulate({ slowQueryMillis: 50 })
    const root = tracer.startSpan('GET /orders')
    unit.rootSpan = root
    for (let n = 0; n < 30; n++) db.query('SELECT * FROM config WHERE name = $1', ['a'], { millis: 30 })
    db.query('SELECT * FROM reports', [], { millis: 70 })
    unit.end()
    expect(root).toMatchObject({
      attributes: {
        'pgspan.findings.count': 2,
        'pgspan.findings.ids': ['slow_query', 'duplicate_query'].map((kind) => idOf(insights, kind)),
        'pgspan.findings.kinds': ['slow_query', 'duplicate_query'],
        'pgspan.findings.max_severity': 'critical',
      },
    })
    expect(savedOn(root)).toBeCloseTo(870, 0)
  })

  test('tells at most eight ids, and how many there are', () => {
    const { db, unit } = simulate({ slowQueryMillis: 50 })
    const root = tracer.startSpan('GET /orders')
    unit.rootSpan = root
    for (let n = 0; n < 20; n++)
      db.query(`SELECT * FROM reports_${'abcdefghijklmnopqrst'[n]}`, [], { millis: 70 })
    expect(attributesOf(root)['pgspan.findings.count']).toBe(20)
    expect(attributesOf(root)['pgspan.findings.ids']).toHaveLength(8)
  })

  test('tells nothing if nothing was found, or once it has ended', () => {
    const { db, unit, kinds } = simulate()
    const root = tracer.startSpan('GET /orders')
    unit.rootSpan = root
    db.query('SELECT * FROM orders')
    root.end()
    db.query('SELECT * FROM orders', [], { millis: 500 })
    unit.end()
    expect(kinds()).toEqual(['slow_query'])
    expect(attributesOf(root)).toEqual({})
  })
})

test('where no local root span is known, the active span of the caller tells', () => {
  const { db } = simulate()
  const active = tracer.startSpan('handler')
  db.query('SELECT * FROM orders', [], { millis: 500, context: trace.setSpan(ROOT_CONTEXT, active) })
  expect(attributesOf(active)).toMatchObject({ 'pgspan.findings.kinds': ['slow_query'] })
})

function idOf(insights: Insights, kind: string): string | undefined {
  return insights.findings().find((finding) => finding.kind === kind)?.id
}

function attributesOf(span: object): Record<string, unknown> {
  return (span as { attributes: Record<string, unknown> }).attributes
}

function savedOn(span: object): number {
  return Number(attributesOf(span)['pgspan.findings.saved_ms'])
}
