import { diag } from '@opentelemetry/api'
import {
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '@opentelemetry/instrumentation'
import { processState } from '@pgspan/lifecycle'
import { patchClientClass, patchPoolClass } from './driver/pg-source.js'
import { patchSequelizePool, sequelizePoolPrototypeOf } from './driver/sequelize-pool-source.js'
import { patchSlonik } from './driver/slonik-source.js'
import { patchTarnPool, tarnPrototypeOf } from './driver/tarn-source.js'

/** What is patched, for people. */
const supported = { pg: '8.11 or newer, before 9', 'pg-pool': '3.6 or newer, before 4' } as const

/** Tells OpenTelemetry's module hooks what to patch when `pg`, `pg-pool` and the pools of libraries are loaded. */
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
    new InstrumentationNodeModuleDefinition('tarn', ['*'], patchTarn, keepPatched),
    new InstrumentationNodeModuleDefinition('sequelize-pool', ['*'], patchSequelize, keepPatched),
    new InstrumentationNodeModuleDefinition('slonik', ['*'], undefined, keepPatched, [
      new InstrumentationNodeModuleFile(
        'slonik/dist/factories/createConnectionPool.js',
        ['*'],
        patchSlonikPool,
        keepPatched,
      ),
    ]),
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

function patchTarn(exports: unknown, version?: string): unknown {
  return patchByShape('tarn', exports, version, ({ Pool }) => {
    const prototype = tarnPrototypeOf(Pool.prototype)
    if (prototype) patchTarnPool(prototype)
    return prototype !== undefined
  })
}

function patchSequelize(exports: unknown, version?: string): unknown {
  return patchByShape('sequelize-pool', exports, version, ({ Pool }) => {
    const prototype = sequelizePoolPrototypeOf(Pool.prototype)
    if (prototype) patchSequelizePool(prototype)
    return prototype !== undefined
  })
}

function patchSlonikPool(exports: unknown, version?: string): unknown {
  return patchByShape('slonik', exports, version, (module) => patchSlonik(module))
}

/** Their versions are many, and what is used of them little: it is there, or the pool is left alone. */
function patchByShape(
  name: string,
  exports: unknown,
  version: string | undefined,
  patch: (module: { readonly Pool: { readonly prototype: object } }) => boolean,
): unknown {
  try {
    // What is not there throws, here.
    if (!patch(exports as Parameters<typeof patch>[0])) throw new TypeError('an unknown shape')
  } catch (error) {
    diag.warn(`pgspan: pools of ${name} ${version ?? ''} have no metrics: ${(error as Error).message}`)
  }
  return exports
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
