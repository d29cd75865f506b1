// @ts-check
// Loaded with `--import` after pgspan: its metrics endpoint on a port of its own, beside the exporter of OpenTelemetry JS.
import { createServer } from 'node:http'
import { createMetricsEndpoint } from 'pgspan/metrics'

createServer(createMetricsEndpoint().handler)
  .listen(Number(process.env.OWN_ENDPOINT_PORT), '127.0.0.1')
  .unref()
