import {
  type MeterProvider,
  metrics,
  ProxyTracerProvider,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import { type ProcessState, processState, type Recording, shareProviders } from '@pgspan/lifecycle'
import type { RecordedParts } from './recorders/recorder-set.js'

/** What the api's global provider stands for as long as nobody has registered one. */
const noTracerProvider = new ProxyTracerProvider().getDelegate()

/**
 * The place of one instrumentation among all of this process: of those with the same provider only the first records
 * to it, however often an application, a framework and a library have registered one.
 */
export class ProviderRecording {
  readonly #record: (parts: RecordedParts | undefined) => void
  readonly #entry: Recording
  readonly #state: ProcessState = processState()
  #tracerProvider: TracerProvider | undefined = undefined
  #meterProvider: MeterProvider | undefined = undefined
  #parts: RecordedParts | undefined = undefined

  /**
   * @param record called when what is to be recorded changes; with undefined for nothing any more.
   * @param loggerProvider the one that events go to now.
   */
  constructor(record: (parts: RecordedParts | undefined) => void, loggerProvider: () => unknown) {
    this.#record = record
    const tracerProvider = (): unknown => behindProxy(this.#tracerProvider ?? trace.getTracerProvider())
    const meterProvider = (): unknown => this.#meterProvider ?? metrics.getMeterProvider()
    this.#entry = {
      get tracerProvider() {
        return tracerProvider()
      },
      get meterProvider() {
        return meterProvider()
      },
      get loggerProvider() {
        return loggerProvider()
      },
      record: (parts) => this.#update(parts),
    }
  }

  /** Replaces the global provider. */
  set tracerProvider(provider: TracerProvider) {
    this.#tracerProvider = provider
    this.#share()
  }

  /** Replaces the global provider. */
  set meterProvider(provider: MeterProvider) {
    this.#meterProvider = provider
    this.#share()
  }

  /** True if no other instrumentation emits an event to the logger provider of this one. */
  get emitsEvents(): boolean {
    const { loggerProvider } = this.#entry
    const first = processState().recordings.find((recording) => recording.loggerProvider === loggerProvider)
    return first === undefined || first === this.#entry
  }

  /** True if no other instrumentation has begun before: this one records its metrics, whoever else does. */
  get isFirst(): boolean {
    return this.#state.recordings[0] === this.#entry
  }

  /** True as long as no tracer provider was set or registered. */
  get isUntraced(): boolean {
    return this.#entry.tracerProvider === noTracerProvider
  }

  begin(): void {
    const { recordings } = processState()
    if (!recordings.includes(this.#entry)) recordings.push(this.#entry)
    this.#share()
  }

  end(): void {
    const { recordings } = processState()
    const index = recordings.indexOf(this.#entry)
    if (index === -1) return
    recordings.splice(index, 1)
    this.#parts = undefined
    this.#record(undefined)
    this.#share()
  }

  /** Starts again, with new options, what is recorded now. */
  renew(): void {
    if (this.#parts !== undefined) this.#record(this.#parts)
  }

  #share(): void {
    shareProviders(processState().recordings)
  }

  #update(parts: RecordedParts): void {
    const { spans, metrics } = this.#parts ?? {}
    if (parts.spans === spans && parts.metrics === metrics) return
    this.#parts = parts
    this.#record(parts)
  }
}

/** The api's global provider stands for the one that was registered; for nobody as long as none was. */
function behindProxy(provider: TracerProvider): unknown {
  const { getDelegate } = provider as { getDelegate?: unknown }
  return typeof getDelegate === 'function' ? getDelegate.call(provider) : provider
}
