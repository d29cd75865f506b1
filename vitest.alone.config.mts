import { defineConfig } from 'vitest/config'
import base from './vitest.config.mts'

/** Tests that judge times of a whole system: nothing else runs beside them. */
export default defineConfig({
  ...base,
  test: { ...base.test, include: ['test/**/*.alone.ts'], fileParallelism: false },
})
