import { createNoopMeter, type MeterProvider, type TracerProvider } from '@opentelemetry/api'
import { InstrumentationBase, type InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation'
import { processState, type SqlCommenter } from '@pgspan/lifecycle'
import { checkOptions } from './check-options.js'
import type { PgInstrumentationConfig } from './options.js'
import { packageName, packageVersion } from './package-version.js'
import { pgModules } from './pg-modules.js'
import { ProviderRecording } from './provider-recording.js'
import { EventLogger } from './recorders/event-logger.js'
import { Instruments } from './recorders/instruments.js'
import { type RecordedParts, RecorderSet } from './recorders/recorder-set.js'
import { createSqlCommenter } from './sql-commenter.js'

/**
 * OpenTelemetry instrumentation of `pg` and `pg-pool`: a span for every query, and the metrics of queries and pools.
 *
 * @throws TypeError for an option that does not exist or has a wrong value.
 */
export class PgInstrumentation extends InstrumentationBase<PgInstrumentationConfig> {
  readonly #instruments: Instruments = new Instruments(
    packageName,
    packageVersion,
    () => this.#recording.isFirst,
  )
  readonly #logger: EventLogger = new EventLogger(packageName, packageVersion)
  readonly #recording: ProviderRecording = new ProviderRecording(
    (parts) => this.#record(parts),
    () => this.#logger.provider,
  )
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
    this.#recording.begin()
  }

  /** Stops recording. What was patched stays patched, and passes every call through; running queries are ended. */
  override disable(): void {
    super.disable()
    // The base class may call this before the fields exist, and an application as often as it likes.
    if (#recording in this) this.#recording.end()
  }

  /** Replaces the options; they hold from the next event on. */
  override setConfig(config: PgInstrumentationConfig = {}): void {
    checkOptions(config)
    super.setConfig(config)
    // The base class calls this from its constructor, too.
    if (#recording in this) this.#recording.renew()
  }

  override setTracerProvider(tracerProvider: TracerProvider): void {
    super.setTracerProvider(tracerProvider)
    this.#recording.tracerProvider = tracerProvider
  }

  override setMeterProvider(meterProvider: MeterProvider): void {
    super.setMeterProvider(meterProvider)
    this.#instruments.setMeterProvider(meterProvider)
    this.#recording.meterProvider = meterProvider
  }

  override setLoggerProvider(loggerProvider: Parameters<InstrumentationBase['setLoggerProvider']>[0]): void {
    super.setLoggerProvider(loggerProvider)
    this.#logger.setLoggerProvider(loggerProvider)
  }

  #record(parts: RecordedParts | undefined): void {
    this.#stop()
    if (parts === undefined) return
    this.#recorders = new RecorderSet(
      () => this.tracer,
      () => (this.#recording.emitsEvents ? this.#logger.current : undefined),
      this.#instruments,
      this.getConfig(),
      parts,
      () => this.#isSilent,
    )
    this.#commenter = createSqlCommenter(this.getConfig())
    if (this.#commenter !== undefined) processState().sqlCommenters.add(this.#commenter)
  }

  /** No SDK has registered itself, there is no metrics endpoint, and no comment is written into queries. */
  get #isSilent(): boolean {
    return (
      this.#commenter === undefined &&
      this.#recording.isUntraced &&
      this.#instruments.meter === createNoopMeter() &&
      this.#logger.current === undefined
    )
  }

  #stop(): void {
    this.#recorders?.detach()
    this.#recorders = undefined
    if (this.#commenter !== undefined) processState().sqlCommenters.delete(this.#commenter)
    this.#commenter = undefined
  }
}
