import type { MeterProvider } from '@opentelemetry/api'
import { InstrumentationBase, type InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation'
import { processState, type SqlCommenter } from '@pgspan/lifecycle'
import { checkOptions } from './check-options.js'
import type { PgInstrumentationConfig } from './options.js'
import { packageName, packageVersion } from './package-version.js'
import { pgModules } from './pg-modules.js'
import { EventLogger } from './recorders/event-logger.js'
import { Instruments } from './recorders/instruments.js'
import { RecorderSet } from './recorders/recorder-set.js'
import { createSqlCommenter } from './sql-commenter.js'

/**
 * OpenTelemetry instrumentation of `pg` and `pg-pool`: a span for every query, and the metrics of queries and pools.
 *
 * @throws TypeError for an option that does not exist or has a wrong value.
 */
export class PgInstrumentation extends InstrumentationBase<PgInstrumentationConfig> {
  readonly #instruments: Instruments = new Instruments(packageName, packageVersion)
  readonly #logger: EventLogger = new EventLogger(packageName, packageVersion)
  #recorders: RecorderSet | undefined = undefined
  #commenter: SqlCommenter | undefined = undefined

  constructor(config: PgInstrumentationConfig = {}) {
    checkOptions(config)
    super(packageName, packageVersion, { ...config, enabled: false })
    if (config.enabled !== false) this.enable()
  }

  // The base class calls this from its constructor, before the fields of a subclass exist; it would call `enable` as
  // well, so it is told not to, and everything that has state is made there.
  protected override init(): InstrumentationNodeModuleDefinition[] {
    return pgModules()
  }

  override enable(): void {
    super.enable()
    if (this.#recorders === undefined) this.#record()
  }

  /** Stops recording. What was patched stays patched, and passes every call through. */
  override disable(): void {
    super.disable()
    this.#stop()
  }

  /** Replaces the options; they hold from the next event on. */
  override setConfig(config: PgInstrumentationConfig = {}): void {
    checkOptions(config)
    super.setConfig(config)
    // The base class calls this from its constructor, too.
    if (#recorders in this && this.#recorders !== undefined) this.#record()
  }

  override setMeterProvider(meterProvider: MeterProvider): void {
    super.setMeterProvider(meterProvider)
    this.#instruments.setMeterProvider(meterProvider)
  }

  override setLoggerProvider(loggerProvider: Parameters<InstrumentationBase['setLoggerProvider']>[0]): void {
    super.setLoggerProvider(loggerProvider)
    this.#logger.setLoggerProvider(loggerProvider)
  }

  #record(): void {
    this.#stop()
    this.#recorders = new RecorderSet(
      () => this.tracer,
      () => this.#logger.current,
      this.#instruments,
      this.getConfig(),
    )
    this.#commenter = createSqlCommenter(this.getConfig())
    if (this.#commenter !== undefined) processState().sqlCommenters.add(this.#commenter)
  }

  #stop(): void {
    this.#recorders?.detach()
    this.#recorders = undefined
    if (this.#commenter !== undefined) processState().sqlCommenters.delete(this.#commenter)
    this.#commenter = undefined
  }
}
