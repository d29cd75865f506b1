import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { driversFolder } from './support/run-child.js'
import { useTestDatabase } from './support/test-database.js'

const run = promisify(execFile)
const database = useTestDatabase()

/** The last releases whose packages hold their own tests, under the newest driver, and what these are written with. */
const packages = ['pg-pool@3.8.0', 'pg-cursor@2.13.1', 'pg@8.23.1']
const tools = ['mocha@11.7.5', 'expect.js@0.3.1', 'co@4.6.0', 'lodash@4.17.21', 'bluebird@3.7.2']

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgspan-suites-'))
  await writeFile(join(folder, 'package.json'), '{ "private": true }')
  await run('npm', ['install', '--no-audit', '--no-fund', ...packages, ...tools], { cwd: folder })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test.each([
  { suite: 'pg-cursor', least: 37 },
  { suite: 'pg-pool', least: 72 },
])(
  'the tests of $suite end with pgspan loaded as they end without, and no span stays open',
  async ({ suite, least }) => {
    const bare = await outcomeOf(suite, [])
    expect(bare.passed.length).toBeGreaterThanOrEqual(least)
    const { spans, ...observed } = await outcomeOf(suite, [
      '--require',
      join(driversFolder, 'apps/preload.cjs'),
    ])
    expect(observed).toEqual({ passed: bare.passed, failed: bare.failed })
    expect(spans.ended).toBeGreaterThan(100)
    expect(spans.open).toBe(0)
  },
)

interface Outcome {
  readonly passed: readonly string[]
  readonly failed: readonly string[]
  readonly spans: { ended: number; open: number }
}

async function outcomeOf(suite: string, preload: readonly string[]): Promise<Outcome> {
  const [observed, report] = [join(folder, 'observed'), join(folder, 'report.json')]
  await writeFile(observed, '')
  const mocha = join(folder, 'node_modules/mocha/bin/mocha.js')
  // A few of them ask which of two queries is faster, which a busy machine answers now and then the other way.
  const patience = ['--timeout', '30000', '--retries', '5']
  const options = ['--reporter', 'json', '--reporter-option', `output=${report}`, ...patience]
  // The suites end at a warning, and the driver deprecates what some of them test.
  const args = ['--no-deprecation', ...preload, mocha, ...options, '--exit', 'test/*.js']
  const { host, port, user, password, name } = database()
  const connection = {
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: name,
  }
  await run(process.execPath, args, {
    cwd: join(folder, 'node_modules', suite),
    timeout: 300_000,
    env: { ...process.env, ...connection, OBSERVED: observed },
  }).catch(() => {
    // It ends with the number of tests that failed; which, is in the report.
  })
  const { passes, failures } = JSON.parse(await readFile(report, 'utf8'))
  await rm(report)
  return {
    passed: titlesOf(passes),
    failed: titlesOf(failures),
    spans: sumOf(await readFile(observed, 'utf8')),
  }
}

function titlesOf(tests: readonly { fullTitle: string }[]): string[] {
  return tests.map(({ fullTitle }) => fullTitle)
}

/** Of the suite's process, and of those that it has started. */
function sumOf(lines: string): Outcome['spans'] {
  const sum = { ended: 0, open: 0 }
  for (const line of lines.trim().split('\n').filter(Boolean)) {
    const { ended, open } = JSON.parse(line)
    sum.ended += ended
    sum.open += open
  }
  return sum
}
