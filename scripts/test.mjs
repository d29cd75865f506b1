// `npm test`: installs, builds, lints, type-checks and tests. `npm run test:long`: the parts that take long.
import { fileURLToPath } from 'node:url'
import { build, install, step } from './setup.mjs'

const long = process.argv.includes('--long')
const startedAt = performance.now()

const bin = (path) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url))
const node = process.execPath

await install()
await build()
if (long) {
  await step('long tests', node, [bin('vitest/vitest.mjs'), 'run', '--config', 'vitest.long.config.mts'])
} else {
  await step('lint', node, [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.'], {
    quiet: true,
  })
  await step('type-check tests', node, [bin('typescript/bin/tsc'), '-p', 'tsconfig.test.json'])
  await step('tests', node, [bin('vitest/vitest.mjs'), 'run'])
  await step('tests of the demo', node, [
    bin('vitest/vitest.mjs'),
    'run',
    '--config',
    'vitest.alone.config.mts',
  ])
}
process.stderr.write(`✓ all in ${((performance.now() - startedAt) / 1000).toFixed(0)} s\n`)
