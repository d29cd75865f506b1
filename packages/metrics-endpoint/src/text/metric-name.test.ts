import { describe, expect, test } from 'vitest'
import type { StreamKind } from '../provider/metric-stream.js'
import { labelName, metricName } from './metric-name.js'

// As the Collector's and Prometheus' own translation has them.
describe('a metric is called in Prometheus', () => {
  const cases: [
    name: string,
    unit: string,
    kind: StreamKind,
    sample: string,
    unitWord: string | undefined,
  ][] = [
    ['http.server.request.duration', 's', 'histogram', 'http_server_request_duration_seconds', 'seconds'],
    ['jobs.run', '{job}', 'counter', 'jobs_run_total', undefined],
    ['network.io', 'By', 'counter', 'network_io_bytes_total', 'bytes'],
    ['cpu.utilization', '1', 'gauge', 'cpu_utilization_ratio', 'ratio'],
    ['jobs', '1', 'counter', 'jobs_total', undefined],
    ['queue.size', '1', 'upDownCounter', 'queue_size', undefined],
    ['disk.speed', 'By/s', 'gauge', 'disk_speed_bytes_per_second', 'bytes_per_second'],
    ['requests.total', '', 'counter', 'requests_total', undefined],
    ['wait_seconds', 's', 'histogram', 'wait_seconds', 'seconds'],
    ['a.seconds.b', 's', 'gauge', 'a_seconds_b', undefined],
    ['a..b-c/d', 'ms', 'gauge', 'a_b_c_d_milliseconds', 'milliseconds'],
  ]
  test.each(cases)('%s in %j, a %s: %s', (name, unit, kind, sample, unitWord) => {
    expect(metricName(name, unit, kind)).toMatchObject({ sample, unit: unitWord })
  })
})

test.each([
  ['db.client.connection.pool.name', 'db_client_connection_pool_name'],
  ['2xx', 'key_2xx'],
  ['a--b', 'a_b'],
  ['ä', '_'],
])('the attribute %s is the label %s', (attribute, label) => {
  expect(labelName(attribute)).toBe(label)
})
