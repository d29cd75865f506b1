import { gunzipSync } from 'node:zlib'
import { type BatchObservableCallback, diag } from '@opentelemetry/api'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createMetricsEndpoint, type MetricsEndpoint } from './metrics-endpoint.js'
import type { MetricsEndpointOptions } from './metrics-endpoint-options.js'

const open: MetricsEndpoint[] = []
const make = (options: MetricsEndpointOptions = {}): MetricsEndpoint => {
  const endpoint = createMetricsEndpoint({ resource: {}, scopeLabels: false, ...options })
  open.push(endpoint)
  return endpoint
}
afterEach(() => {
  for (const endpoint of open.splice(0)) endpoint.close()
  diag.disable()
})
const openMetrics = { accept: 'application/openmetrics-text; version=1.0.0' }
const textOf = async (endpoint: MetricsEndpoint, headers = {}): Promise<string> =>
  String((await endpoint.answer('GET', headers)).body)

test('an instrument of each kind is shown as Prometheus has it', async () => {
  const endpoint = make()
  const meter = endpoint.meterProvider.getMeter('test')
  meter.createCounter('sent', { unit: 'By', description: 'Sent "so far"' }).add(2.5, { to: 'a"\\\n' })
  meter.createUpDownCounter('open').add(-2)
  meter.createGauge('level', { unit: '1' }).record(0.5)
  meter.createHistogram('size', { advice: { explicitBucketBoundaries: [1, 2.5] } }).record(2)
  meter.createObservableCounter('seen').addCallback((result) => result.observe(7, { by: 'me' }))
  expect(await textOf(endpoint, openMetrics)).toBe(
    `# TYPE sent_bytes counter
# UNIT sent_bytes bytes
# HELP sent_bytes Sent \\"so far\\"
sent_bytes_total{to="a\\"\\\\\\n"} 2.5
# TYPE open gauge
open -2
# TYPE level_ratio gauge
# UNIT level_ratio ratio
level_ratio 0.5
# TYPE size histogram
size_bucket{le="1.0"} 0
size_bucket{le="2.5"} 1
size_bucket{le="+Inf"} 1
size_count 1
size_sum 2
# TYPE seen counter
seen_total{by="me"} 7
# EOF
`,
  )
  const text = await textOf(endpoint)
  expect(text).toContain('# HELP sent_bytes_total Sent "so far"\n# TYPE sent_bytes_total counter\n')
  expect(text).toContain('size_bucket{le="1"} 0')
  expect(text).not.toContain('# EOF')
})

test('labels that would be there twice are there once', async () => {
  const endpoint = make({ scopeLabels: true })
  const meter = endpoint.meterProvider.getMeter('test', '1')
  meter.createHistogram('size', { advice: { explicitBucketBoundaries: [] } }).record(1, {
    'a.b': 'x',
    a_b: 'y',
    le: '3',
    'otel.scope.name': 'z',
  })
  expect(await textOf(endpoint)).toContain(
    'size_bucket{a_b="x;y",otel_scope_name="test",otel_scope_version="1",le="+Inf"} 1\n',
  )
})

test('what is observed no longer is shown no longer', async () => {
  const endpoint = make()
  const meter = endpoint.meterProvider.getMeter('test')
  const level = meter.createObservableGauge('level')
  let pools = ['a', 'b']
  const callback: BatchObservableCallback = (result) => {
    for (const pool of pools) result.observe(level, 1, { pool })
  }
  meter.addBatchObservableCallback(callback, [level])
  expect((await textOf(endpoint)).match(/^level\{/gm)).toHaveLength(2)
  pools = ['b']
  expect((await textOf(endpoint)).match(/^level\{/gm)).toHaveLength(1)
  meter.removeBatchObservableCallback(callback, [level])
  expect(await textOf(endpoint)).toBe('')
})

describe('what is wrong hurts nothing else', () => {
  test('a callback that throws is reported once, and the others are shown', async () => {
    const error = vi.fn()
    diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} })
    const endpoint = make()
    const meter = endpoint.meterProvider.getMeter('test')
    meter.createObservableGauge('broken').addCallback(() => {
      throw new Error('no')
    })
    meter.createObservableGauge('whole').addCallback(async (result) => result.observe(1))
    for (let i = 0; i < 3; i++) expect(await textOf(endpoint)).toContain('whole 1')
    expect(error).toHaveBeenCalledTimes(1)
  })

  test('a callback that never ends is not waited for', async () => {
    vi.useFakeTimers()
    const endpoint = make()
    const meter = endpoint.meterProvider.getMeter('test')
    meter.createObservableGauge('late').addCallback(() => new Promise(() => {}))
    meter.createObservableGauge('whole').addCallback((result) => result.observe(1))
    const text = textOf(endpoint)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await text).toContain('whole 1')
    vi.useRealTimers()
  })

  test('numbers that are none, and negative ones where none can be, are left out', async () => {
    const endpoint = make()
    const meter = endpoint.meterProvider.getMeter('test')
    const counter = meter.createCounter('sent')
    for (const value of [1, -1, Number.NaN, '3' as unknown as number]) counter.add(value)
    expect(await textOf(endpoint)).toContain('sent_total 1\n')
  })

  test('a metric of the same name and another kind is named, and the first stays', async () => {
    const warn = vi.fn()
    diag.setLogger({ error() {}, warn, info() {}, debug() {}, verbose() {} })
    const endpoint = make()
    endpoint.meterProvider.getMeter('one').createCounter('jobs').add(1)
    endpoint.meterProvider.getMeter('one').createGauge('jobs').record(5)
    endpoint.meterProvider.getMeter('two').createGauge('jobs').record(6)
    endpoint.meterProvider.getMeter('two').createGauge('jobs.total').record(6)
    endpoint.meterProvider.getMeter('two').createGauge('1 job').record(6)
    for (let i = 0; i < 2; i++) expect((await textOf(endpoint)).match(/^jobs.*/gm)).toEqual(['jobs_total 1'])
    expect(warn.mock.calls.flat().join('\n')).toMatch(
      /jobs is not on .* another kind or unit\n.*1 job is not on .* no name of a metric\n.*jobs of two is not on .*\n.*jobs.total of two is not on/,
    )
    expect(warn).toHaveBeenCalledTimes(4)
  })
})

test('more series than are wanted are counted together', async () => {
  const endpoint = make({ maximumSeries: 3 })
  const counter = endpoint.meterProvider.getMeter('test').createCounter('jobs')
  for (let id = 0; id < 100_000; id++) counter.add(1, { id })
  expect((await textOf(endpoint)).match(/^jobs.*/gm)).toEqual([
    'jobs_total{id="0"} 1',
    'jobs_total{id="1"} 1',
    'jobs_total{otel_metric_overflow="true"} 99998',
  ])
})

test('who accepts gzip gets it, and who asks for the head gets no body', async () => {
  const endpoint = make()
  endpoint.meterProvider
    .getMeter('test')
    .createGauge('level', { description: 'x'.repeat(2_000) })
    .record(1)
  const plain = await endpoint.answer('GET', {})
  const packed = await endpoint.answer('GET', { 'accept-encoding': 'gzip, br' })
  expect(packed.headers['content-encoding']).toBe('gzip')
  expect(gunzipSync(packed.body as Buffer).toString()).toBe(plain.body)
  expect(await endpoint.answer('HEAD', {})).toMatchObject({ status: 200, body: '' })
  expect(await endpoint.answer('POST', {})).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } })
})

test('two endpoints of one process show the same, until both are closed', async () => {
  const [first, second] = [make(), make()]
  first.meterProvider.getMeter('test').createCounter('jobs').add(1)
  first.close()
  first.close()
  second.meterProvider.getMeter('test').createCounter('jobs').add(1)
  expect(await textOf(second)).toContain('jobs_total 2')
  second.close()
  expect(await textOf(make())).toBe('')
})

describe('registries of other libraries', () => {
  const registry = { contentType: openMetrics.accept, metrics: async () => '# TYPE x gauge\nx 1\n# EOF\n' }
  test('stand on the same page, before its end', async () => {
    const endpoint = make({ registries: [registry] })
    expect(await textOf(endpoint, openMetrics)).toBe('# TYPE x gauge\nx 1\n# EOF\n')
  })

  test('that do not write OpenMetrics keep the endpoint from it', async () => {
    const old = { contentType: 'text/plain; version=0.0.4', metrics: () => 'x 1' }
    const answer = await make({ registries: [registry, old] }).answer('GET', openMetrics)
    expect(answer).toMatchObject({
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      body: '# TYPE x gauge\nx 1\nx 1\n',
    })
  })

  test('that fail are left out', async () => {
    const broken = { contentType: openMetrics.accept, metrics: () => Promise.reject(new Error('no')) }
    expect(await textOf(make({ registries: [broken, registry] }))).toBe('# TYPE x gauge\nx 1\n')
  })
})

test.each([
  [{ maximumSeries: 0 }, 'maximumSeries must be a whole number above 1'],
  [{ scopeLabels: 1 }, 'scopeLabels must be true or false'],
  [{ registries: [{}] }, 'registries must be an array of registries'],
  [{ port: 1 }, 'unknown option port; known are serviceName, resource,'],
])('a wrong option is named: %j', (options, message) => {
  // Wrong on purpose.
  expect(() => createMetricsEndpoint(options as MetricsEndpointOptions)).toThrow(
    `createMetricsEndpoint: ${message}`,
  )
})
