import { defineConfig } from 'vitest/config'

/** For Stryker, which runs tests again and again: no database, one file. */
export default defineConfig({
  test: { include: ['packages/query-text/test/fast-tests.ts'], testTimeout: 20_000 },
})
