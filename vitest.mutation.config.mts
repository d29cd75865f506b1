import { defineConfig } from 'vitest/config'

/**
 * The tests that judge mutants of `packages/query-text`: those that need no database and take milliseconds. The others
 * (corpora, properties, hostile texts, counted work, kept memory) would be run again for nearly every mutant, and take hours.
 */
export default defineConfig({
  test: {
    include: ['packages/query-text/src/**/*.test.ts'],
    testTimeout: 20_000,
    exclude: [
      '**/corpora.test.ts',
      '**/differential*.test.ts',
      '**/hostile-*.test.ts',
      '**/kept-memory.test.ts',
      '**/linear-*.test.ts',
      '**/properties.test.ts',
    ],
  },
})
