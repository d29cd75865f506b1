import { InstrumentationBase, type InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation'
import { packageName, packageVersion } from './package-version.js'
import { pgModules } from './pg-modules.js'

/**
 * Patches `pg` and `pg-pool` when they are loaded, and records nothing by itself: whatever is attached to the
 * process's dispatcher gets their events. For tools that only observe; calling it several times changes nothing.
 */
export function hookPg(): void {
  new PgHooks(packageName, packageVersion, {})
}

class PgHooks extends InstrumentationBase {
  protected override init(): InstrumentationNodeModuleDefinition[] {
    return pgModules()
  }
}
