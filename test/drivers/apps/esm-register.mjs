// What `--import` loads before an ESM application: an instrumentation, ours by default, and by choice hooks of the
// module loader. HOOK says which.
import { readFileSync } from 'node:fs'
import * as module from 'node:module'
import { fileURLToPath } from 'node:url'
import { startTracing } from './spans.mjs'

const hooks = {
  register: () => module.register('@opentelemetry/instrumentation/hook.mjs', import.meta.url),
  'import-in-the-middle': async () => (await import('import-in-the-middle/register-hooks.mjs')).register(),
  passing: () => module.registerHooks({ resolve: (...call) => call[2](call[0], call[1]) }),
  // As transpilers and source rewriters do.
  sources: () => module.registerHooks({ load: withSource }),
  'sources in a thread': () =>
    module.register(
      `data:text/javascript,${encodeURIComponent(`
      import { readFile } from 'node:fs/promises'
      export async function load(url, context, nextLoad) {
        const loaded = await nextLoad(url, context)
        if (!url.startsWith('file:')) return loaded
        return { ...loaded, source: loaded.source ?? (await readFile(new URL(url), 'utf8')) }
      }`)}`,
    ),
}

function withSource(url, context, nextLoad) {
  const loaded = nextLoad(url, context)
  if (!url.startsWith('file:')) return loaded
  return { ...loaded, source: loaded.source ?? readFileSync(fileURLToPath(url), 'utf8'), shortCircuit: true }
}

for (const hook of process.env.HOOK.split(' and ')) await hooks[hook]?.()
const { PgInstrumentation } = await import(process.env.INSTRUMENTATION ?? '@pgspan/instrumentation-pg')
startTracing()
new PgInstrumentation()
