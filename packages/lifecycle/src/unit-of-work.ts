import type { Span } from '@opentelemetry/api'

/** What bounds a unit of work: an HTTP request, `runInUnitOfWork`, or the active trace. */
export type UnitOfWorkKind = 'http' | 'job' | 'trace'

/**
 * The queries that serve one request, job or local root span.
 *
 * Ends once; afterwards it accepts no query, and everything kept for it is dropped.
 */
export class UnitOfWork {
  readonly kind: UnitOfWorkKind
  /** Milliseconds on the monotonic clock. */
  readonly startedAt: number
  /**
   * The job's name, `GET /orders/:id` for a request whose route is known, else the method and path without
   * identifiers, else the local root span's name.
   */
  name: string
  /** Set for a unit that follows a trace; for others, the trace of the first query that was made in it. */
  traceId: string | undefined = undefined
  /** The local root span while it is known to be one; findings are written on it as long as it records. */
  rootSpan: Span | undefined = undefined
  /** True if it was opened for its local root span, and ends with it. Written by who opens it. */
  endsWithRootSpan = false
  /** The unit that this one was opened in. */
  outer: UnitOfWork | undefined = undefined
  /** What the first observer that wants to keeps of the unit: a map of its own would cost three times as much. */
  observation: unknown = undefined
  /** The observer that has set {@link observation}, or will again. */
  observationOwner: unknown = undefined
  /** Of the response, once it has been closed; undefined outside HTTP. */
  statusCode: number | undefined = undefined
  #endedAt = 0
  #readRoute: (() => string | undefined) | undefined = undefined
  readonly #firstName: string
  #onEnd: ((unit: UnitOfWork) => void)[] | undefined = undefined

  constructor(kind: UnitOfWorkKind, name: string, startedAt: number = performance.now()) {
    this.kind = kind
    this.name = name
    this.#firstName = name
    this.startedAt = startedAt
  }

  get ended(): boolean {
    return this.#endedAt !== 0
  }

  /** Milliseconds on the monotonic clock; 0 while the unit lasts. */
  get endedAt(): number {
    return this.#endedAt
  }

  /**
   * The route that serves the request, such as `/orders/:id`; undefined outside HTTP, before the framework has chosen
   * one, and for frameworks that do not tell.
   */
  get route(): string | undefined {
    return this.#readRoute?.()
  }

  /** @param read is asked until the unit ends. */
  readRouteWith(read: () => string | undefined): void {
    if (!this.ended) this.#readRoute = read
  }

  /** Runs `listener` when the unit ends, or at once if it has ended. Listeners run in order; errors are theirs. */
  onEnd(listener: (unit: UnitOfWork) => void): void {
    if (this.ended) {
      listener(this)
      return
    }
    // Hardly any has a second one: an array that is made to grow takes room for many.
    this.#onEnd = this.#onEnd === undefined ? [listener] : [...this.#onEnd, listener]
  }

  end(): void {
    if (this.ended) return
    const { route } = this
    if (route !== undefined && this.name === this.#firstName)
      this.name = `${this.name.split(' ')[0]} ${route}`
    // It may hold the request.
    this.#readRoute = undefined
    this.#endedAt = performance.now()
    const listeners = this.#onEnd
    this.#onEnd = undefined
    if (listeners) for (const listener of listeners) listener(this)
  }
}
