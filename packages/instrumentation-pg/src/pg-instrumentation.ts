import { diag, type MeterProvider } from '@opentelemetry/api'
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '@opentelemetry/instrumentation'
import { patchClientClass, patchPoolClass } from './driver/pg-source.js'
import { checkOptions, type PgInstrumentationConfig } from './options.js'
import { packageName, packageVersion } from './package-version.js'
import { RecorderSet } from './recorders/recorder-set.js'

/** The oldest and the next unknown version, by major and minor. */
const supported = { pg: '8.11 or newer, before 9', 'pg-pool': '3.6 or newer, before 4' } as const

/**
 * OpenTelemetry instrumentation of `pg` and `pg-pool`: a span for every query, and the metrics of queries and pools.
 *
 * @throws TypeError for an option that does not exist or has a wrong value.
 */
export class PgInstrumentation extends InstrumentationBase<PgInstrumentationConfig> {
  #recorders: RecorderSet | undefined

  constructor(config: PgInstrumentationConfig = {}) {
    checkOptions(config)
    super(packageName, packageVersion, { ...config, enabled: false })
    if (config.enabled !== false) this.enable()
  }

  // The base class calls `init` from its constructor, before the fields of a subclass exist; it would call `enable`
  // as well, so it is told not to, and everything that has state is made there.
  protected override init(): InstrumentationNodeModuleDefinition[] {
    return [
      // The files as well as the package: `import pg from 'pg'` loads only them through `require`. The package as well
      // as the files: they may have been loaded before this was registered.
      new InstrumentationNodeModuleDefinition('pg', ['*'], patchPackage, keepPatched, [
        new InstrumentationNodeModuleFile('pg/lib/client.js', ['*'], patchClient, keepPatched),
      ]),
      new InstrumentationNodeModuleDefinition('pg-pool', ['*'], patchPool, keepPatched),
    ]
  }

  override enable(): void {
    super.enable()
    if (this.#recorders !== undefined) return
    this.#recorders = new RecorderSet(() => this.tracer, this.getConfig())
  }

  /** Stops recording. What was patched stays patched, and passes every call through. */
  override disable(): void {
    super.disable()
    this.#recorders?.detach()
    this.#recorders = undefined
  }

  override setConfig(config: PgInstrumentationConfig = {}): void {
    checkOptions(config)
    super.setConfig(config)
  }

  override setMeterProvider(meterProvider: MeterProvider): void {
    super.setMeterProvider(meterProvider)
    this.#recorders?.instruments.setMeterProvider(meterProvider)
  }
}

function patchPackage(exports: unknown, version?: string): unknown {
  return patchSupported('pg', exports, version, isSupportedPg, (pg) => {
    const { Client, Pool } = pg as { Client: unknown; Pool: unknown }
    patchClientClass(Client)
    // pg's own pool class only names the client; what it inherits from is pg-pool's.
    patchPoolClass(Object.getPrototypeOf(Pool))
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
