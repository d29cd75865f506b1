import { type Span, type TracerProvider, trace } from '@opentelemetry/api'
import { type Observer, processState, type QueryExecution } from '@pgspan/lifecycle'
import { disagreeingApis } from './api-copies.js'
import { watchDatabaseSockets } from './database-sockets.js'
import { LoadOrder } from './load-order.js'
import { watchOtlpRequests } from './otlp-requests.js'
import { notStarted, requestWithoutSpan, sdkNotStarted, unsampled } from './sdk-findings.js'
import type { TelemetryFinding } from './telemetry-finding.js'
import { unseenConnection } from './unseen-connection.js'

const triedSpans = 200

/** Why telemetry of the application that runs here does not arrive, or not all: what no look at its folder can tell. */
export class ApplicationTelemetry implements Observer {
  readonly name = 'doctor-telemetry'
  readonly #order: LoadOrder = new LoadOrder()
  readonly #findings: Map<string, TelemetryFinding> = new Map()
  readonly #changed: () => void
  #hasSdk = false
  #hasQueried = false

  /** @param changed called when there is something new to say. */
  constructor(changed: () => void) {
    this.#changed = changed
    processState().dispatcher.attach(this)
    watchDatabaseSockets((connection) => this.#add(unseenConnection(connection)))
    watchOtlpRequests((finding) => this.#add(finding))
  }

  get findings(): readonly TelemetryFinding[] {
    return [...this.#findings.values(), ...this.#order.findings(), ...this.#ofSdk()]
  }

  queryStarted({ unitOfWork, callerContext }: QueryExecution): void {
    this.#hasQueried = true
    const provider = providerOf(processState().recordings)
    if (provider === undefined) return
    if (!this.#hasSdk) {
      this.#hasSdk = true
      if (!isSampled(provider)) this.#add(unsampled(triedSpans))
    }
    if (unitOfWork?.kind === 'http' && trace.getSpan(callerContext) === undefined)
      this.#add(requestWithoutSpan)
  }

  #ofSdk(): readonly TelemetryFinding[] {
    if (!this.#hasQueried || this.#hasSdk) return []
    if (!this.#order.hasInstrumentation) return notStarted()
    const disagreeing = disagreeingApis()
    return disagreeing.length > 0 ? disagreeing : sdkNotStarted()
  }

  #add(finding: TelemetryFinding): void {
    if (this.#findings.has(finding.check + finding.problem)) return
    this.#findings.set(finding.check + finding.problem, finding)
    this.#changed()
  }
}

/** The SDK's provider that spans of queries go to; undefined as long as there is none. */
function providerOf(recordings: readonly { readonly tracerProvider: unknown }[]): TracerProvider | undefined {
  for (const { tracerProvider } of recordings) {
    if (typeof tracerProvider !== 'object' || tracerProvider === null) continue
    if (!/^Noop/.test(tracerProvider.constructor.name)) return tracerProvider as TracerProvider
  }
  return undefined
}

/** Begins spans that are never ended, so that they go nowhere, until one is recorded. */
function isSampled(provider: TracerProvider): boolean {
  const tracer = provider.getTracer('pgspan doctor')
  const begin = (): Span => tracer.startSpan('pgspan doctor', { root: true })
  return Array.from({ length: triedSpans }, begin).some((span) => span.isRecording())
}
