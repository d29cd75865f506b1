/**
 * The tests that judge mutants, as one file: those that take milliseconds. The others would be run again for nearly
 * every mutant. Vitest loads the sources once for a file, which is most of the time that a mutant takes.
 */
import.meta.glob(
  [
    '../src/**/*.test.ts',
    '!../src/cache-memory.test.ts',
    '!../src/corpora.test.ts',
    '!../src/**/*differential*.test.ts',
    '!../src/hostile-texts.test.ts',
    '!../src/kept-memory.test.ts',
    '!../src/linear-work.test.ts',
    '!../src/properties.test.ts',
  ],
  { eager: true },
)
