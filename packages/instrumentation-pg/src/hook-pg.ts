import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation'
import { Hook } from 'require-in-the-middle'
import { pgModules } from './pg-modules.js'

/**
 * Patches `pg` and `pg-pool` when they are loaded, and records nothing by itself: whatever is attached to the
 * process's dispatcher gets their events. For tools that only observe; calling it several times changes nothing.
 *
 * With a hook of its own, on these modules alone: OpenTelemetry's one hook for all would hear of every module from then on,
 * once, and an application's instrumentations that are made later would never hear of those.
 */
export function hookPg(): void {
  const modules = pgModules()
  new Hook(
    modules.map(({ name }) => name),
    { internals: true },
    <Exports>(exports: Exports, name: string, folder?: string): Exports =>
      // Patched in place, and given back.
      patched(modules, exports, name.replaceAll('\\', '/'), folder) as Exports,
  )
}

function patched(
  modules: readonly InstrumentationNodeModuleDefinition[],
  exports: unknown,
  name: string,
  folder: string | undefined,
): unknown {
  for (const module of modules) {
    for (const { name: own, patch } of [module, ...module.files])
      if (patch !== undefined && (own === name || own === `${name}.js`))
        return patch(exports, versionIn(folder))
  }
  return exports
}

function versionIn(folder: string | undefined): string | undefined {
  try {
    return JSON.parse(readFileSync(join(folder ?? '', 'package.json'), 'utf8')).version
  } catch {
    return undefined
  }
}
