import { type Context, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { HistogramSeries } from './histogram-series.js'

const inTrace = (id: number, traceFlags = TraceFlags.SAMPLED): Context =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId: String(id).padStart(32, '0'),
    spanId: String(id).padStart(16, '0'),
    traceFlags,
  })
const traceOf = (series: HistogramSeries, bucket: number): number => Number(series.exemplars[bucket]?.traceId)

test('a bucket keeps the slowest that was measured since the last scrape', () => {
  const scrapes = { count: 0 }
  const series = new HistogramSeries({}, [1, 10], scrapes)
  for (const [value, id] of [
    [2, 1],
    [7, 2],
    [3, 3],
    [0.5, 4],
  ] as const)
    series.record(value, inTrace(id))
  expect([0, 1, 2].map((bucket) => traceOf(series, bucket))).toEqual([4, 2, Number.NaN])
  scrapes.count++
  expect(traceOf(series, 1)).toBe(2)
  series.record(2, inTrace(5))
  expect(traceOf(series, 1)).toBe(5)
})

test('what is not sampled, or in no trace, replaces no exemplar', () => {
  const scrapes = { count: 0 }
  const series = new HistogramSeries({}, [], scrapes)
  series.record(1, inTrace(1, TraceFlags.NONE))
  series.record(1, ROOT_CONTEXT)
  series.record(1, undefined)
  expect(series.exemplars).toEqual([undefined])
  series.record(1, inTrace(2))
  scrapes.count++
  series.record(5, inTrace(3, TraceFlags.NONE))
  expect(traceOf(series, 0)).toBe(2)
  expect(series.counts).toEqual([5])
})
