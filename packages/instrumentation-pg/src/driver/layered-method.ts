import { type Context, context, createContextKey } from '@opentelemetry/api'
import { processState } from '@pgspan/lifecycle'
import type { OwnFunction } from './stack-frames.js'

const { dispatcher } = processState()

/** A method as it stands on a driver's prototype. */
export type Method<Receiver> = (this: Receiver, ...args: unknown[]) => unknown

/** Goes on to what the prototype had before: the driver's own method, or somebody else's around it. */
export interface Next<Receiver> {
  proceed(receiver: Receiver, args: readonly unknown[]): unknown
  /** True if that is upstream's instrumentation, which is kept from recording: this call has its span. */
  readonly silencesUpstream: boolean
  /** The function of ours that the caller has called. */
  readonly entered: OwnFunction
}

/** What is done at a call; called once per call, however many layers lie on the method. */
export type ObservedCall<Receiver> = (
  receiver: Receiver,
  args: readonly unknown[],
  next: Next<Receiver>,
) => unknown

/** What shimmer, OpenTelemetry's tool for wrapping, leaves on a function that it has wrapped. */
interface ShimmerMarks {
  readonly __wrapped?: unknown
  readonly __original?: unknown
  readonly __unwrap?: unknown
}

// The key under which OpenTelemetry's SDKs look whether to record; the same for every copy of them.
const suppressTracing = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/**
 * Our layer on one method of a driver's prototype, which lives with those that others put there.
 *
 * A function of an application, or of a tool that we do not know, runs once per call wherever it stands. Of
 * `@opentelemetry/instrumentation-pg` (and of Sentry's copy of it) there would be a second span for each query. It
 * is known by its own words, covered by another layer of ours when it puts itself on top, and called in a context in
 * which nothing is recorded; the layer below it brings the caller's context back.
 *
 * Upstream removes whatever carries shimmer's marks before it wraps. Our layers carry them too, so that it asks
 * ours instead, which takes away the layer of upstream that is under it, as upstream meant, and stays.
 *
 * @see https://github.com/open-telemetry/opentelemetry-js/blob/main/experimental/packages/opentelemetry-instrumentation/src/shimmer.ts
 */
export class LayeredMethod<Receiver extends object> {
  readonly #prototype: Record<string, unknown>
  readonly #name: string
  readonly #observe: ObservedCall<Receiver>
  readonly #onUnwrap: () => void
  readonly #layers: Set<unknown> = new Set()
  #top: unknown = undefined
  /** Whose call is on its way from the top layer to the ones below, and the context that it came with. */
  #passing: { readonly receiver: Receiver; readonly active: Context } | undefined = undefined

  /** @param onUnwrap called whenever upstream is about to wrap this method: it has just wrapped the one before. */
  constructor(
    prototype: Record<string, unknown>,
    name: string,
    observe: ObservedCall<Receiver>,
    onUnwrap: () => void,
  ) {
    this.#prototype = prototype
    this.#name = name
    this.#observe = observe
    this.#onUnwrap = onUnwrap
    this.#cover()
  }

  /** Puts a layer over upstream's if that has come to lie on top. */
  coverUpstream(): void {
    const present = this.#prototype[this.#name]
    if (present !== this.#top && isUpstream(present)) this.#cover()
  }

  #cover(): void {
    // The prototype was checked to have the method.
    const covered = this.#prototype[this.#name] as Method<Receiver>
    const observe = this.#observe
    const layered = this
    const layer: Method<Receiver> = function (this: Receiver, ...args: unknown[]): unknown {
      return layered.#passing !== undefined && layer !== layered.#top
        ? layered.#enterCovered(this, args, next)
        : observe(this, args, next)
    }
    const next = new CoveredMethod(covered, layer, this.#layers.size > 0, (passing) => this.#pass(passing))
    this.#mark(layer, covered)
    this.#layers.add(layer)
    this.#put(layer)
  }

  /** A layer that is not on top any more: the call that it is part of is observed already, another is not. */
  #enterCovered(receiver: Receiver, args: readonly unknown[], next: CoveredMethod<Receiver>): unknown {
    const passing = this.#passing
    if (passing?.receiver !== receiver) return this.#observe(receiver, args, next)
    this.#passing = undefined
    return context.active() === passing.active
      ? next.proceed(receiver, args)
      : context.with(passing.active, () => next.proceed(receiver, args))
  }

  #pass(passing: Passing<Receiver> | undefined): Passing<Receiver> | undefined {
    const before = this.#passing
    this.#passing = passing
    return before
  }

  #put(layer: Method<Receiver>): void {
    this.#top = layer
    Object.defineProperty(this.#prototype, this.#name, {
      value: layer,
      configurable: true,
      writable: true,
      enumerable: Object.prototype.propertyIsEnumerable.call(this.#prototype, this.#name),
    })
  }

  #mark(layer: Method<Receiver>, covered: Method<Receiver>): void {
    const unwrap = (): void => {
      if (this.#prototype[this.#name] === layer) this.#uncover(covered)
      this.#onUnwrap()
    }
    Object.defineProperties(layer, {
      name: { value: covered.name, configurable: true },
      length: { value: covered.length, configurable: true },
      __wrapped: { value: true, configurable: true },
      __original: { value: covered, configurable: true },
      __unwrap: { value: unwrap, configurable: true },
    })
  }

  /** Takes away the wrapped function that a layer of ours covers, and stays. */
  #uncover(covered: Method<Receiver>): void {
    if (this.#layers.has(covered) || !isWrapped(covered)) return
    const below = covered.__original
    if (this.#layers.has(below)) this.#put(below)
    else {
      this.#prototype[this.#name] = below
      this.#cover()
    }
  }
}

interface Passing<Receiver> {
  readonly receiver: Receiver
  readonly active: Context
}

class CoveredMethod<Receiver> implements Next<Receiver> {
  readonly entered: OwnFunction
  readonly #method: Method<Receiver>
  readonly #isUpstream: boolean
  readonly #coversLayers: boolean
  readonly #pass: (passing: Passing<Receiver> | undefined) => Passing<Receiver> | undefined

  constructor(
    method: Method<Receiver>,
    entered: OwnFunction,
    coversLayers: boolean,
    pass: (passing: Passing<Receiver> | undefined) => Passing<Receiver> | undefined,
  ) {
    this.#method = method
    this.entered = entered
    this.#isUpstream = isUpstream(method)
    this.#coversLayers = coversLayers
    this.#pass = pass
  }

  get silencesUpstream(): boolean {
    return this.#isUpstream && dispatcher.makesQuerySpans
  }

  proceed(receiver: Receiver, args: readonly unknown[]): unknown {
    if (!this.#coversLayers && !this.#isUpstream) return this.#method.apply(receiver, args as unknown[])
    const active = context.active()
    const before = this.#coversLayers ? this.#pass({ receiver, active }) : undefined
    try {
      if (!this.silencesUpstream) return this.#method.apply(receiver, args as unknown[])
      const silent = active.setValue(suppressTracing, true)
      return context.with(silent, () => this.#method.apply(receiver, args as unknown[]))
    } finally {
      if (this.#coversLayers) this.#pass(before)
    }
  }
}

function isWrapped<Receiver>(method: unknown): method is Method<Receiver> & { __original: Method<Receiver> } {
  if (typeof method !== 'function') return false
  const { __wrapped, __original, __unwrap } = method as ShimmerMarks
  return __wrapped === true && typeof __original === 'function' && typeof __unwrap === 'function'
}

/** What upstream's functions call, and nobody else's: names of its own that a minifier keeps. */
const upstreamWords =
  /\b(?:handleConfigQuery\.call|patchClientConnectCallback|patchCallbackPGPool|_removePoolMax)\(/

function isUpstream(method: unknown): boolean {
  return isWrapped(method) && upstreamWords.test(Function.prototype.toString.call(method))
}
