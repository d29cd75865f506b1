const perDecade = 20
/** From 0.01 ms to 10 million ms. */
const decades = 9
const lowest = -2
/** Where one begins in a decade: at 1, 2 and 5; logarithms of 2 and 5 fall on these within a third of a percent. */
const steps: readonly (readonly [bucket: number, factor: number])[] = [
  [0, 1],
  [6, 2],
  [14, 5],
]

/** Executions whose time was at least `from` and less than `to`, in milliseconds. */
export interface DurationBar {
  readonly from: number
  readonly to: number
  readonly count: number
}

/** Durations counted in logarithmic buckets: 720 bytes, quantiles off by 6 % at most. */
export class DurationHistogram {
  readonly #counts: Uint32Array = new Uint32Array(perDecade * decades)
  #count = 0

  add(millis: number): void {
    const at = millis <= 0 ? 0 : Math.floor((Math.log10(millis) - lowest) * perDecade)
    const bucket = Math.max(0, Math.min(this.#counts.length - 1, at))
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#count++
  }

  /** @param share from 0 to 1. Returns 0 if there is nothing. */
  quantile(share: number): number {
    let left = Math.max(1, Math.ceil(share * this.#count))
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count
      if (left <= 0) return 10 ** ((bucket + 0.5) / perDecade + lowest)
    }
    return 0
  }

  /** By 1, 2, 5, 10, 20 … ms, from the first that has any to the last. */
  get bars(): readonly DurationBar[] {
    const bounds = Array.from({ length: decades }, (_, decade) =>
      steps.map(
        ([bucket, factor]) => [decade * perDecade + bucket, factor * 10 ** (decade + lowest)] as const,
      ),
    ).flat()
    const bars = bounds.map(([start, from], i) => {
      const [end, to] = bounds[i + 1] ?? [this.#counts.length, 10 ** (decades + lowest)]
      const count = this.#counts.subarray(start, end).reduce((sum, one) => sum + one, 0)
      return { from: rounded(from), to: rounded(to), count }
    })
    const first = bars.findIndex(({ count }) => count > 0)
    return first === -1 ? [] : bars.slice(first, bars.findLastIndex(({ count }) => count > 0) + 1)
  }
}

function rounded(bound: number): number {
  return Number(bound.toPrecision(1))
}
