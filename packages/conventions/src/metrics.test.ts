import * as incubating from '@opentelemetry/semantic-conventions/incubating'
import { describe, expect, test } from 'vitest'
import * as attributes from './attributes.js'
import * as events from './events.js'
import * as definitions from './metrics.js'

/** Some names end in a key: they are functions there and here. */
const nameOf = (value: unknown): unknown => (typeof value === 'function' ? value(0) : value)

const known = new Set<unknown>(Object.values(incubating).map(nameOf))
const { metrics } = definitions

describe('the catalogue', () => {
  test.each(metrics.filter(({ stability }) => stability !== 'pgspan'))(
    '$name stands in the semantic conventions',
    ({ name, attributes: keys }) => {
      expect(known).toContain(name)
      for (const key of keys) expect(known).toContain(key)
    },
  )

  test('our own names never stand under a name that the conventions could take', () => {
    for (const { name, stability } of metrics) expect(name.startsWith('pgspan.')).toBe(stability === 'pgspan')
    for (const name of Object.values(attributes).map(nameOf)) {
      expect(known.has(name) || String(name).startsWith('pgspan.') || name === 'postgresql').toBe(true)
    }
  })

  test('every event is specified or our own', () => {
    for (const name of Object.values(events)) {
      expect(known.has(name) || name.startsWith('pgspan.')).toBe(true)
    }
  })

  test('lists every metric once', () => {
    const defined = Object.values(definitions).filter((value) => !Array.isArray(value))
    expect(new Set(metrics)).toEqual(new Set(defined))
    expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length)
  })

  test('histograms have buckets, and nothing else has', () => {
    for (const { instrument, buckets } of metrics)
      expect(buckets !== undefined).toBe(instrument === 'histogram')
  })
})
