import type { CallSite } from '@pgspan/lifecycle'
import { isOfDriver, siteIn } from './call-site-reader.js'
import { framesOf, type KeptFrame, type KeptStack, keepStack, type OwnFunction } from './stack-frames.js'

/** Deep enough for an ORM between the driver and the application. */
const depth = 16

/** The stack of whoever asked for a connection: kept for some microseconds, read only if it is asked for. */
export class CheckoutStack {
  readonly #kept: KeptStack
  #frames: readonly KeptFrame[] | undefined = undefined

  /** @param entered the function of ours that was called. */
  constructor(entered: OwnFunction) {
    this.#kept = keepStack(entered, depth)
  }

  get callSite(): CallSite | undefined {
    return siteIn(this.#read())
  }

  /**
   * True if a function that has taken `holder` is at work here, beyond the line that took it: it asks again, or waits
   * for what asks. That line itself may be that of another call of a shared function. Undefined if no function of the
   * application is seen that awaits, as under callbacks, and in libraries whose queries run when they are awaited.
   */
  isWithin(holder: CheckoutStack): boolean | undefined {
    const frames = this.#read()
    const takers = holder.#takers()
    if (takers.length === 0) return undefined
    const isTaker = (frame: KeptFrame): boolean =>
      takers.some(
        ({ functionKey, position }) => frame.functionKey === functionKey && frame.position !== position,
      )
    if (frames.some(isTaker)) return true
    return frames.some((frame) => frame.isAsync && isOfApplication(frame)) ? false : undefined
  }

  /** From the driver out to the innermost function of the application: what a library does around it, is at work, too. */
  #takers(): readonly KeptFrame[] {
    const frames = this.#read().filter((frame) => !isOfDriver(frame))
    const application = frames.findIndex(isOfApplication)
    return application === -1 ? frames : frames.slice(0, application + 1)
  }

  #read(): readonly KeptFrame[] {
    this.#frames ??= framesOf(this.#kept)
    return this.#frames
  }
}

function isOfApplication(frame: KeptFrame): boolean {
  return siteIn([frame]) !== undefined
}
