import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const packages = fileURLToPath(new URL('./packages/', import.meta.url))

/** Tests import the packages' sources, so that a failing line is a line of TypeScript and nothing stale is tested. */
const sources = readdirSync(packages).map((folder) => ({
  find: new RegExp(`^${folder === 'pgspan' ? 'pgspan' : `@pgspan/${folder}`}$`),
  replacement: `${packages}${folder}/src/index.ts`,
}))

export default defineConfig({
  resolve: { alias: sources },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'examples/*/test/**/*.test.js'],
    globalSetup: ['./test/support/postgres-server.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    execArgv: ['--expose-gc'],
    // Most tests wait for a server or a process of their own; Vitest leaves a core for itself otherwise.
    maxWorkers: '100%',
  },
})
