import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeProgram } from './matrix/binaries.js'
import { packPackages } from './support/packed-packages.js'
import { driversFolder, printed, runNode } from './support/run-child.js'
import { useTestDatabase } from './support/test-database.js'

const run = promisify(execFile)
const database = useTestDatabase()

/** Upstream's first release on the 3.x line of OpenTelemetry, in an application of that line. */
const packages = [
  '@opentelemetry/instrumentation-pg@0.77.0',
  '@opentelemetry/instrumentation@0.301.1',
  '@opentelemetry/api@1.10.0',
  '@opentelemetry/sdk-trace@3.1.1',
  '@opentelemetry/context-async-hooks@3.1.1',
  'pg@8.23.1',
  'pg-cursor@2.22.0',
]

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgspan-newest-'))
  await writeFile(join(folder, 'package.json'), '{ "name": "app", "private": true }')
  const tarballs = await packPackages(folder)
  await run('npm', ['install', '--no-audit', '--no-fund', ...tarballs, ...packages], { cwd: folder })
  await cp(join(driversFolder, 'apps'), join(folder, 'apps'), { recursive: true })
}, 300_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

type Answers = Readonly<Record<string, { readonly result: unknown; readonly spans: readonly string[] }>>

async function ask(register: string, esm: string): Promise<Answers> {
  const env = { DATABASE_URL: database().connectionString, REGISTER: register, ESM: esm }
  return printed(await runNode(['apps/coexist.cjs'], env, { program: await nodeProgram(24), folder }))
}

test.each([
  ['upstream,ours', ''],
  ['ours,upstream', ''],
  ['upstream,ours', '1'],
  ['ours,upstream', '1'],
])('on Node 24 with upstream 0.77, %s: one span per query, ours (ESM: %j)', async (register, esm) => {
  const [bare, upstream, both] = [await ask('', esm), await ask('upstream', esm), await ask(register, esm)]
  for (const [style, { result, spans }] of Object.entries(both)) {
    const queries = style === 'pool, contended' ? 2 : 1
    expect({ style, result }).toEqual({ style, result: bare[style]?.result })
    expect({ style, spans }).toEqual({ style, spans: Array(queries).fill('instrumentation-pg: SELECT') })
  }
  // Alone it records: what is silent beside ours is not silent by itself.
  expect(upstream.promise?.spans).toEqual([expect.stringMatching(/^instrumentation-pg: pg\.query:SELECT/)])
})
