import { expect, test } from 'vitest'
import { acceptedFormat, acceptsGzip } from './accepted.js'
import { openMetricsText, prometheusText } from './text-format.js'

test.each([
  [
    'Prometheus 2.42',
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    openMetricsText,
  ],
  [
    'Prometheus 3',
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
    openMetricsText,
  ],
  ['Prometheus that wants its own text', 'text/plain;version=0.0.4;q=1,*/*;q=0.1', prometheusText],
  ['a browser', 'text/html,application/xhtml+xml,*/*;q=0.8', prometheusText],
  ['curl', '*/*', prometheusText],
  ['nobody', undefined, prometheusText],
  ['one that refuses OpenMetrics', 'application/openmetrics-text;q=0', prometheusText],
  ['one that reads protobuf alone', 'application/vnd.google.protobuf', prometheusText],
  ['nonsense', ';;q=x,=,', prometheusText],
])('%s gets what it likes best', (_, accept, format) => {
  expect(acceptedFormat(accept)).toBe(format)
})

test.each([
  ['gzip', true],
  ['deflate, gzip;q=0.5', true],
  ['gzip;q=0', false],
  ['br', false],
  [undefined, false],
])('who accepts the encodings %j is answered by gzip: %j', (header, isAccepted) => {
  expect(acceptsGzip(header)).toBe(isAccepted)
})
