import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { useTestDatabase } from './support/test-database.js'

const run = promisify(execFile)
const database = useTestDatabase()
const page = readFileSync(new URL('../docs/migration.md', import.meta.url), 'utf8')
const upstreamFolder = dirname(
  createRequire(import.meta.url).resolve('@opentelemetry/instrumentation-pg/package.json'),
)

/** The rows of the table under a heading, as the plain text of their cells. */
function tableOf(heading: string): string[][] {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  const lines = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

const bare = (cell = ''): string => cell.replaceAll('`', '')

describe('options', () => {
  const rows = tableOf('Options').map(([name, verdict, meaning = '']) => ({
    name: bare(name),
    verdict,
    meaning,
  }))
  const accepted = rows.filter(({ verdict }) => verdict === 'accepted')
  const refused = rows.filter(({ verdict }) => verdict === 'refused')
  const types = readFileSync(join(upstreamFolder, 'build/src/types.d.ts'), 'utf8')
  const [, declaration = ''] = types.split('interface PgInstrumentationConfig')
  const upstream = [...declaration.matchAll(/^ {4}(\w+)\?: ([\w<>]+);$/gm)].map(
    ([, name = '', type = '']) => ({
      name,
      type,
    }),
  )

  test('are all that upstream has, each accepted or refused', () => {
    expect(upstream.length).toBeGreaterThan(7)
    expect(rows.map(({ name }) => name).sort()).toEqual(
      [...upstream.map(({ name }) => name), 'enabled'].sort(),
    )
    expect(accepted.length + refused.length).toBe(rows.length)
  })

  const sampleOf = (name: string): unknown =>
    upstream.find((option) => option.name === name)?.type === 'boolean' || name === 'enabled'
      ? true
      : () => {}

  test.each(accepted)('$name is accepted', ({ name }) => {
    const instrumentation = new PgInstrumentation({ enabled: false })
    expect(() => instrumentation.setConfig({ [name]: sampleOf(name) })).not.toThrow()
  })

  test.each(refused)('$name is refused, and the error names what the page names', ({ name, meaning }) => {
    const [, instead = ''] = /use `(\w+)`/.exec(meaning) ?? []
    expect(instead).not.toBe('')
    expect(() => new PgInstrumentation({ [name]: sampleOf(name) } as object)).toThrow(
      new RegExp(`^PgInstrumentation: ${name} is not supported: .*use ${instead}`),
    )
    expect(() => new PgInstrumentation({ enabled: false, [name]: false } as object)).not.toThrow()
  })
})

interface Recorded {
  readonly spans: readonly string[]
  readonly spanAttributes: readonly string[]
  readonly metrics: readonly string[]
  readonly metricAttributes: readonly string[]
}

describe('what is recorded', () => {
  let upstream: Recorded
  let ours: Recorded

  beforeAll(async () => {
    ;[upstream, ours] = await Promise.all([
      recorded('@opentelemetry/instrumentation-pg', { enhancedDatabaseReporting: true }),
      recorded('@pgspan/instrumentation-pg', {
        recordQueryParameters: true,
        acquireSpans: 'always',
        connectSpans: 'always',
      }),
    ])
  })

  async function recorded(packageName: string, options: object): Promise<Recorded> {
    const script = fileURLToPath(new URL('support/migration-scenario.mjs', import.meta.url))
    const env = { ...process.env, DATABASE_URL: database().connectionString }
    const { stdout } = await run(process.execPath, [script, packageName, JSON.stringify(options)], { env })
    return JSON.parse(stdout)
  }

  /** What upstream never records, whatever its types say. */
  const onlyDeclared = ['db.postgresql.max.client']

  test.each([
    ['Span attributes', 'spanAttributes'],
    ['Metrics', 'metrics'],
    ['Metric attributes', 'metricAttributes'],
  ] as const)('%s are all that upstream records, and what they are here', (heading, kind) => {
    const rows = tableOf(heading).map(([from, to]) => ({ from: bare(from), to: bare(to) }))
    const listed = rows.map(({ from }) => from).filter((name) => !onlyDeclared.includes(name))
    expect(listed.sort()).toEqual([...upstream[kind]].sort())
    for (const { from, to } of rows) {
      if (to === 'none') expect(ours[kind]).not.toContain(from)
      else expect(ours[kind]).toContain(to === 'the same' ? from : to)
      if (to !== 'the same') expect(ours[kind]).not.toContain(from)
    }
  })

  test('span names are as listed', () => {
    const rows = tableOf('Span names').map(([from, to]) => ({ from: bare(from), to: bare(to) }))
    const names = new Map(rows.map(({ from, to }) => [from, to === 'the same' ? from : to]))
    const kinds = upstream.spans.map((name) =>
      name.startsWith('pg.query:') ? 'pg.query:SELECT <database>' : name,
    )
    expect([...new Set(kinds)].sort()).toEqual([...names.keys()].sort())
    for (const name of names.values()) expect(ours.spans).toContain(name)
  })
})
