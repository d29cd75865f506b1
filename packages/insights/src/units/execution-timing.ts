/** Longer pauses between executions are those of polling or of a person, not of a loop. */
export const burstPauseMillis = 250
/** After a pause of this length a statement starts over, whatever was known of it. */
const freshStartMillis = 5_000
/** Before, it is too early to say that pauses are long and that the values came from nowhere. */
const leastExecutions = 8
const keptSamples = 32

/** When the executions of one statement ran, in one unit of work. All times are in milliseconds. */
export class ExecutionTiming {
  started = 0
  /** Settled without an error. */
  settled = 0
  totalMillis = 0
  /** Time in which at least one of them ran. */
  busyMillis = 0
  #running = 0
  #overlapped = 0
  #shortPauses = 0
  #longPauses = 0
  #busySince = 0
  #lastEndedAt = 0
  // Made at the second execution: most statements run once.
  #samples: number[] | undefined = undefined

  /**
   * @param askedAt when its caller asked for it: waiting for a connection is no pause of the caller's.
   * @param quietMillis of these, those in which nothing else was asked for either: nor is waiting for other statements.
   */
  start(at: number, askedAt: number, quietMillis: number = Number.POSITIVE_INFINITY): void {
    const pause = Math.min(this.quietMillis(askedAt), quietMillis)
    if (this.started++ > 0) {
      if (pause > burstPauseMillis) this.#longPauses++
      else this.#shortPauses++
    }
    // A feed that hears of a query when it is over never sees two running.
    if (this.#running > 0 || at < this.#lastEndedAt) this.#overlapped++
    if (this.#running++ === 0) this.#busySince = Math.max(at, this.#lastEndedAt)
  }

  settle(startedAt: number, at: number, isFailure: boolean): void {
    const millis = Math.max(0, at - startedAt)
    if (!isFailure) {
      if (this.settled === 1) this.#samples = [this.totalMillis]
      if (this.#samples !== undefined) this.#samples[this.settled % keptSamples] = millis
      this.settled++
      this.totalMillis += millis
    }
    if (this.#running > 0 && --this.#running === 0) {
      this.busyMillis += Math.max(0, at - this.#busySince)
    }
    if (at > this.#lastEndedAt) this.#lastEndedAt = at
  }

  /** An execution at `at` comes so late that it has nothing to do with those before. */
  isOver(at: number): boolean {
    return this.quietMillis(at) > freshStartMillis
  }

  /** So it does if nothing else connects them: after a pause, where pauses are the rule. */
  mayBeOver(at: number): boolean {
    if (this.quietMillis(at) <= burstPauseMillis || this.started < leastExecutions) return false
    return this.#longPauses >= this.#shortPauses
  }

  /** The median pause is short: a loop, not polling. */
  get isBurst(): boolean {
    return this.#shortPauses >= this.#longPauses
  }

  get isConcurrent(): boolean {
    return this.#overlapped * 2 >= this.started
  }

  /** Milliseconds since the last execution ended; 0 while one runs. */
  quietMillis(now: number): number {
    return this.#running > 0 || this.#lastEndedAt === 0 ? 0 : Math.max(0, now - this.#lastEndedAt)
  }

  /** Of the latest 32 executions. */
  get medianMillis(): number {
    const sorted = this.#samples?.slice().sort((left, right) => left - right)
    return sorted?.[sorted.length >> 1] ?? this.totalMillis
  }

  /** What the unit of work had not waited, had `executions` of them been one. An estimate, never above the truth. */
  savedMillis(executions: number): number {
    const median = this.medianMillis
    return Math.max(0, Math.min(this.busyMillis - median, (executions - 1) * median))
  }
}
