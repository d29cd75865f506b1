/** One instrumentation that records what happens in this process, and to whom. */
export interface Recording {
  readonly tracerProvider: unknown
  readonly meterProvider: unknown
  /** Asked for whenever there is an event: of several recordings to one logger provider the first emits it. */
  readonly loggerProvider?: unknown
  /** Says what it is to record from now on; called again whenever that may have changed. */
  record(what: { readonly spans: boolean; readonly metrics: boolean }): void
}

/**
 * Lets each provider be given everything once: of several recordings to one tracer provider the first makes the
 * spans, and of several to one meter provider the first records the metrics. To be called when recordings or their
 * providers have changed.
 */
export function shareProviders(recordings: readonly Recording[]): void {
  const tracerProviders = new Set<unknown>()
  const meterProviders = new Set<unknown>()
  for (const recording of [...recordings]) {
    const { tracerProvider, meterProvider } = recording
    recording.record({
      spans: !tracerProviders.has(tracerProvider),
      metrics: !meterProviders.has(meterProvider),
    })
    tracerProviders.add(tracerProvider)
    meterProviders.add(meterProvider)
  }
}
