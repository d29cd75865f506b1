import { createRequire } from 'node:module'

/** The HTTP instrumentation that `pgspan` is developed with. */
export const { HttpInstrumentation } = createRequire(
  new URL('../../packages/pgspan/package.json', import.meta.url),
)('@opentelemetry/instrumentation-http')
