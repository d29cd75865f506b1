import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { nodeProgram } from '../matrix/binaries.js'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

// The tests themselves run on the Node that runs them all; here, on the others.
test.each([22, 24, 26] as const)(
  'requests are counted apart on Node %i, in every framework',
  async (major) => {
    const { stdout } = await run(
      await nodeProgram(major),
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        '--config',
        'vitest.config.mts',
        'test/frameworks/requests.test.ts',
      ],
      { cwd: root, env: { ...process.env, NO_COLOR: '1', VITEST: undefined, VITEST_POOL_ID: undefined } },
    )
    expect(stdout).toMatch(/Tests +16 passed \(16\)/)
  },
)
