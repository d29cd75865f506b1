import { AsyncResource } from 'node:async_hooks'

/** The loop is looked at this often, in milliseconds. */
const intervalMillis = 10
/** The loop is blocked if it comes back later than this, in milliseconds. */
const stallMillis = 20
/** Older stalls than these are forgotten: a query that lasted through more is told less than it had. */
const maximumStalls = 64

interface Stall {
  readonly start: number
  readonly end: number
}

/**
 * Notes when the event loop did not turn: a timer that should have fired long ago tells.
 *
 * One timer while somebody watches, as long as a query is in flight for instance, and for one more turn; it keeps no
 * process alive. A stall is taken to begin when the timer was due, so up to 10 ms of it are missed.
 */
export class LoopStallSampler {
  // What runs here belongs to no request, and keeps none alive.
  readonly #outside = new AsyncResource('pgspan')
  #inFlight = 0
  #timer: NodeJS.Timeout | undefined = undefined
  #dueAt = 0
  readonly #stalls: Stall[] = []

  /** To be followed by one {@link end}. Costs a few nanoseconds while others watch. */
  begin(): void {
    this.#inFlight++
    if (this.#timer !== undefined) return
    this.#dueAt = performance.now() + intervalMillis
    this.#timer = this.#outside.runInAsyncScope(() => setInterval(() => this.#tick(), intervalMillis))
    this.#timer.unref()
  }

  end(): void {
    if (this.#inFlight > 0) this.#inFlight--
  }

  /**
   * Milliseconds between two readings of the monotonic clock in which the loop was blocked; 0 for a time that nobody
   * watched.
   */
  blockedBetween(from: number, to: number): number {
    if (this.#timer === undefined) return 0
    // What is read after a block may be read before the timer fires.
    let sum = to - this.#dueAt > stallMillis ? to - Math.max(from, this.#dueAt) : 0
    for (let i = this.#stalls.length - 1; i >= 0; i--) {
      const stall = this.#stalls[i]
      if (stall === undefined || stall.end <= from) break
      sum += Math.max(0, Math.min(to, stall.end) - Math.max(from, stall.start))
    }
    return sum
  }

  #tick(): void {
    const now = performance.now()
    if (now - this.#dueAt > stallMillis) this.#note({ start: this.#dueAt, end: now })
    this.#dueAt = now + intervalMillis
    if (this.#inFlight === 0) this.#stop()
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#stalls.length = 0
  }

  #note(stall: Stall): void {
    if (this.#stalls.length === maximumStalls) this.#stalls.shift()
    this.#stalls.push(stall)
  }
}
