import { defineConfig } from 'vitest/config'
import base from './vitest.config.mts'

/** Tests that take minutes: they run in CI, after the others, one file at a time. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['packages/*/src/**/*.long.ts', 'test/**/*.long.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
  },
})
