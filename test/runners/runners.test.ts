import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'

const folder = fileURLToPath(new URL('.', import.meta.url))
const require = createRequire(import.meta.url)
const database = useTestDatabase(`
  CREATE TABLE orders (id int PRIMARY KEY, customer_id int);
  CREATE TABLE customers (id int PRIMARY KEY, name text);`)

const program = (name: string, path: string): string =>
  join(dirname(require.resolve(`${name}/package.json`)), path)
const runners: readonly (readonly [name: string, args: readonly string[], passed: RegExp, failed: RegExp])[] =
  [
    [
      'node:test',
      ['--test', '--test-reporter=tap', 'suites/orders.node.mjs'],
      /^ *ok \d+ - (mended: .*)$/gm,
      /^ *not ok \d+ - (faulty: .*)$/gm,
    ],
    [
      'vitest',
      [
        program('vitest', 'vitest.mjs'),
        'run',
        '--reporter=tap-flat',
        '--root=.',
        '--no-cache',
        '--config=suites/vitest.config.mts',
      ],
      /^ok \d+ - .*(mended: \S+(?: \S+)?) #/gm,
      /^not ok \d+ - .*(faulty: \S+) #/gm,
    ],
    [
      'jest',
      [program('jest', 'bin/jest.js'), '--config=suites/jest.config.json', '--verbose', '--no-colors'],
      /✓ (mended: \S+)/g,
      /✕ (faulty: \S+)/g,
    ],
  ]

function outputOf(args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      DATABASE_URL: database().connectionString,
      NO_COLOR: '1',
    }
    // Its tests are not ours.
    for (const name of ['VITEST', 'VITEST_WORKER_ID', 'NODE_TEST_CONTEXT', 'FORCE_COLOR']) delete env[name]
    execFile(process.execPath, args, { cwd: folder, env }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    )
  })
}

describe.each(runners)('%s', (_, args, passed, failed) => {
  test('passes what is mended and fails what is not, with statement, line of code and fix', async () => {
    const output = await outputOf(args)
    const names = (pattern: RegExp): string[] =>
      [...output.matchAll(pattern)].map((match) => match[1] ?? '').sort()
    expect(names(passed), output).toEqual(['mended: constant', 'mended: count', 'mended: findings'])
    expect(names(failed), output).toEqual(['faulty: N+1', 'faulty: constant', 'faulty: count'])
    expect(output).toContain('n_plus_one (proven) in test: SELECT customers ran 12 times')
    expect(output).toContain('values from orders.customer_id')
    expect(output).toContain('at ordersPage (suites/orders-page.cjs:8)')
    expect(output).toContain('> 8 |   for (const row of rows) await pool.query(')
    expect(output).toContain('fix: Ask for one query for all of them: WHERE id = ANY($1).')
    expect(output).toContain('13 queries, expected 2')
    expect(output).toContain(
      '12 × SELECT name FROM customers WHERE id = $1  at ordersPage (suites/orders-page.cjs:8)',
    )
    expect(output).toContain('SELECT customers ran 2, 5 and 10 times for 2, 5 and 10:')
  })
})
