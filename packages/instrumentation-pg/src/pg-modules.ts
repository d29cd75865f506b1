import { diag } from '@opentelemetry/api'
import {
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '@opentelemetry/instrumentation'
import { processState } from '@pgspan/lifecycle'
import { patchClientClass, patchPoolClass } from './driver/pg-source.js'

/** What is patched, for people. */
const supported = { pg: '8.11 or newer, before 9', 'pg-pool': '3.6 or newer, before 4' } as const

/** Tells OpenTelemetry's module hooks what to patch when `pg` and `pg-pool` are loaded. */
export function pgModules(): InstrumentationNodeModuleDefinition[] {
  return [
    // The files as well as the package: `import pg from 'pg'` loads only them through `require`. The package as well
    // as the files: they may have been loaded before this was registered.
    new InstrumentationNodeModuleDefinition('pg', ['*'], patchPackage, keepPatched, [
      new InstrumentationNodeModuleFile('pg/lib/client.js', ['*'], patchClient, keepPatched),
      // Loaded when an application first asks for `pg.native`.
      new InstrumentationNodeModuleFile('pg/lib/native/client.js', ['*'], patchClient, keepPatched),
    ]),
    new InstrumentationNodeModuleDefinition('pg-pool', ['*'], patchPool, keepPatched),
  ]
}

function patchPackage(exports: unknown, version?: string): unknown {
  return patchSupported('pg', exports, version, isSupportedPg, (pg) => {
    const { Client, Pool } = pg as { Client: unknown; Pool: unknown }
    patchClientClass(Client)
    // pg's own pool class only names the client; what it inherits from is pg-pool's.
    patchPoolClass(Object.getPrototypeOf(Pool))
    // A getter as long as nobody has asked for it; asking would load pg-native.
    const native: unknown = Object.getOwnPropertyDescriptor(pg, 'native')?.value
    if (native) patchClientClass((native as { Client: unknown }).Client)
  })
}

function patchClient(exports: unknown, version?: string): unknown {
  return patchSupported('pg', exports, version, isSupportedPg, patchClientClass)
}

function patchPool(exports: unknown, version?: string): unknown {
  return patchSupported('pg-pool', exports, version, isSupportedPgPool, patchPoolClass)
}

function patchSupported(
  name: keyof typeof supported,
  exports: unknown,
  version: string | undefined,
  isSupported: (major: number, minor: number) => boolean,
  patch: (driverClass: unknown) => void,
): unknown {
  const [major, minor] = (version ?? '').split('.').map(Number)
  if (major !== undefined && minor !== undefined && !isSupported(major, minor)) {
    diag.warn(`pgspan: ${name} ${version} is not instrumented: ${supported[name]} is supported`)
    return exports
  }
  try {
    patch(exports)
    processState().patchedDrivers.add(`${name} ${version ?? ''}`.trim())
  } catch (error) {
    diag.error(`pgspan: ${name} ${version ?? ''} is not instrumented`, error)
  }
  return exports
}

function isSupportedPg(major: number, minor: number): boolean {
  return major === 8 && minor >= 11
}

function isSupportedPgPool(major: number, minor: number): boolean {
  return major === 3 && minor >= 6
}

/** Patches stay: while nobody records, a patched method passes its call on. */
function keepPatched(): void {}
