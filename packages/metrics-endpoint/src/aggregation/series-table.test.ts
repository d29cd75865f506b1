import { expect, test, vi } from 'vitest'
import { SeriesTable } from './series-table.js'

test('equal attributes are one series, in whatever order and object', () => {
  const table = new SeriesTable(
    (attributes) => attributes,
    10,
    () => {},
  )
  const series = table.of({ a: 1, b: 'x' })
  expect(table.of({ b: 'x', a: 1 })).toBe(series)
  expect(table.of(Object.freeze({ b: 'x', a: 1 }))).toBe(series)
  expect(table.of({ b: 'x', a: 1, c: undefined })).toBe(series)
  expect(table.of({ a: '1', b: 'x' })).not.toBe(series)
  expect(table.of(undefined)).toBe(table.of({}))
})

test('an object that may change is read each time', () => {
  const table = new SeriesTable(
    (attributes) => attributes,
    10,
    () => {},
  )
  const changing = { a: 1 }
  const list = [1]
  const holder = Object.freeze({ list })
  const [first, second] = [table.of(changing), table.of(holder)]
  changing.a = 2
  list.push(2)
  expect(table.of(changing)).toEqual({ a: 2 })
  expect(first).toEqual({ a: 1 })
  expect(table.of(holder)).not.toBe(second)
})

test('beyond the limit all are one series, and that is said once', () => {
  const onOverflow = vi.fn()
  const table = new SeriesTable((attributes) => attributes, 3, onOverflow)
  const series = Array.from({ length: 100 }, (_, id) => table.of(Object.freeze({ id })))
  expect(new Set(series).size).toBe(3)
  expect([...table.all()]).toEqual([{ id: 0 }, { id: 1 }, { 'otel.metric.overflow': true }])
  expect(table.of({ id: 1 })).toEqual({ id: 1 })
  expect(onOverflow).toHaveBeenCalledTimes(1)
})
