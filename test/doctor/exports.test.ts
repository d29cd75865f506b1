import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { examine } from '../support/doctor-run.js'
import { useTestDatabase } from '../support/test-database.js'

const database = useTestDatabase()
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function answering(status: number): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    response.shouldKeepAlive = false
    response.writeHead(status).end()
  })
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What is said of an application that names the endpoint in its code. */
async function exportingTo(url: string): Promise<readonly string[]> {
  const args = ['--import', './apps/telemetry/sdk.mjs', './apps/telemetry/ask.mjs']
  const env = {
    DATABASE_URL: database().connectionString,
    SDK: 'exporting',
    EXPORT_TO: url,
    // The exporter tries again for so long.
    OTEL_EXPORTER_OTLP_TIMEOUT: '500',
  }
  const { diagnoses } = await examine(['--', 'node', ...args], env)
  return diagnoses.map(({ problem }) => problem)
}

test('exports that nobody answers are named while the application runs', async () => {
  expect(await exportingTo('http://127.0.0.1:1/v1/traces')).toEqual([
    'Nothing answers where OTLP goes to, 127.0.0.1:1 (ECONNREFUSED).',
  ])
})

test.each([
  [404, '/v1/traces'],
  [404, '/'],
  [415, '/v1/traces'],
])('exports that are answered with %i at %s are named while the application runs', async (status, path) => {
  const host = await answering(status)
  expect(await exportingTo(`http://${host}${path}`)).toEqual([
    `What listens on ${host} answers ${status} to POST ${path}.`,
  ])
})

test('what the environment and its endpoint do wrong is printed with its remedy', async () => {
  const host = await answering(404)
  const { code, diagnoses } = await examine([], {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}`,
    OTEL_TRACE_EXPORTER: 'otlp',
    PGSPAN_DISABLED: '1',
  })
  expect([code, diagnoses.map(({ check, remedy }) => [check, remedy])]).toEqual([
    1,
    [
      ['switched_off', 'Unset PGSPAN_DISABLED.'],
      ['unknown_variable', 'Set OTEL_TRACES_EXPORTER instead.'],
      ['endpoint_refuses', expect.stringMatching(/^If that is the right port/)],
    ],
  ])
})
