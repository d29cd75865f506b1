import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { startOtlpReceiver } from '../../../../../test/support/otlp-receiver.js'
import { endpoints } from './endpoint-checks.js'
import type { TelemetryFinding } from './telemetry-finding.js'

const servers: (TcpServer | Server)[] = []
afterEach(() => {
  vi.unstubAllEnvs()
  for (const server of servers.splice(0)) server.close()
})

function askedBy(environment: Readonly<Record<string, string>>): Promise<readonly TelemetryFinding[]> {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  return endpoints()
}

async function listening(server: TcpServer): Promise<string> {
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const answering = (listener: RequestListener): Promise<string> =>
  listening(
    createServer((request, response) => {
      request.resume()
      response.shouldKeepAlive = false
      listener(request, response)
    }),
  )

describe('the endpoint that the environment names', () => {
  test.each([{}, { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }])('takes everything: %j', async (more) => {
    const receiver = await startOtlpReceiver()
    expect(await askedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...more })).toEqual([])
    expect(receiver.spans).toEqual([])
    await receiver.close()
  })

  test('does not answer: once for all signals', async () => {
    const diagnoses = await askedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })
    expect(diagnoses).toEqual([
      expect.objectContaining({
        check: 'endpoint_unreachable',
        problem: 'Nothing answers where OTLP goes to, 127.0.0.1:1 (ECONNREFUSED).',
        remedy: 'Start the collector there, or set OTEL_EXPORTER_OTLP_ENDPOINT.',
      }),
    ])
  })

  test('is the default one, where the exporter is named alone', async () => {
    const diagnoses = await askedBy({
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'prometheus',
    })
    expect(diagnoses[0]?.problem).toContain('localhost:4318')
  })

  test('answers 404, as what is no receiver does', async () => {
    const host = await answering((_, response) => response.writeHead(404).end())
    const diagnoses = await askedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}` })
    expect(diagnoses.map(({ problem, remedy }) => [problem, remedy])).toEqual([
      [
        `What listens on ${host} answers 404 to POST /v1/traces.`,
        'If that is the right port, set OTEL_EXPORTER_OTLP_ENDPOINT to where the paths of an OTLP receiver begin.',
      ],
    ])
  })

  test('answers 404 to metrics alone, as Jaeger does', async () => {
    const host = await answering((request, response) =>
      response.writeHead(request.url === '/v1/metrics' ? 404 : 200).end(),
    )
    const diagnoses = await askedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}` })
    expect(diagnoses.map(({ remedy }) => remedy)).toEqual([
      expect.stringContaining('set OTEL_METRICS_EXPORTER=none'),
    ])
  })

  test('is for one signal, and lacks the path', async () => {
    const host = await answering((request, response) =>
      response.writeHead(request.url === '/v1/traces' ? 200 : 404).end(),
    )
    const name = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
    const diagnoses = await askedBy({ [name]: `http://${host}` })
    expect(diagnoses.map(({ remedy }) => remedy)).toEqual([
      expect.stringContaining(`${name} is used as it is: end it with /v1/traces`),
    ])
    expect(await askedBy({ [name]: `http://${host}/v1/traces` })).toEqual([])
  })

  test.each([
    [415, 'It does not take http/protobuf: set OTEL_EXPORTER_OTLP_PROTOCOL=http/json.'],
    [401, 'Set what it asks for in OTEL_EXPORTER_OTLP_HEADERS.'],
    [503, 'It cannot take anything now: see what it logs.'],
  ])('answers %i', async (status, remedy) => {
    const host = await answering((_, response) => response.writeHead(status).end())
    const diagnoses = await askedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}` })
    expect(diagnoses[0]).toMatchObject({ check: 'endpoint_refuses', remedy })
  })

  test('gets the headers that go with exports', async () => {
    const host = await answering((request, response) =>
      response.writeHead(request.headers['x-key'] === 'a b' ? 200 : 401).end(),
    )
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}`, OTEL_EXPORTER_OTLP_HEADERS: 'X-Key=a%20b' }
    expect(await askedBy(env)).toEqual([])
  })

  test('speaks gRPC, and HTTP is spoken to it', async () => {
    const receiver = await startOtlpReceiver()
    expect(await askedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.grpcUrl })).toEqual([
      expect.objectContaining({
        check: 'wrong_protocol',
        remedy: expect.stringContaining('OTEL_EXPORTER_OTLP_PROTOCOL=grpc'),
      }),
    ])
    const host = receiver.grpcUrl.replace('http://', '')
    for (const endpoint of [receiver.grpcUrl, host])
      expect(
        await askedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }),
      ).toEqual([])
    await receiver.close()
  })

  test('speaks HTTP, and gRPC is spoken to it', async () => {
    const host = await answering((_, response) => response.writeHead(200).end())
    const diagnoses = await askedBy({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    })
    expect(diagnoses).toEqual([
      expect.objectContaining({
        check: 'wrong_protocol',
        remedy: expect.stringContaining('OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf'),
      }),
    ])
  })

  test.each([
    [0, undefined],
    [7, 'OTEL_EXPORTER_OTLP_HEADERS'],
    [12, 'it is no OTLP receiver'],
    [14, 'It cannot take anything now'],
  ])('answers with status %i of gRPC', async (status, remedy) => {
    const server = createHttp2Server().on('stream', (stream) =>
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': String(status) },
        { endStream: true },
      ),
    )
    const host = await listening(server)
    const diagnoses = await askedBy({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://${host}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    })
    expect(diagnoses.map((diagnosis) => diagnosis.remedy)).toEqual(
      remedy === undefined ? [] : [expect.stringContaining(remedy)],
    )
  })

  test('never answers', async () => {
    const host = await listening(createTcpServer(() => {}))
    const diagnoses = await askedBy({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://${host}/v1/traces`,
    })
    expect(diagnoses.map(({ problem }) => problem)).toEqual([
      `Nothing answers where OTLP goes to, ${host} (no answer).`,
    ])
  })

  test('is no address', async () => {
    const diagnoses = await askedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' })
    expect(diagnoses[0]?.check).toBe('endpoint_invalid')
  })
})
