const buckets = 128
/** The upper bound of the first bucket. */
const smallest = 0.01
/** Bounds grow by this factor: 128 buckets reach from 0.01 to 10 million, and a quantile is off by 9 % at most. */
const growth = 1.175
/** The upper bound of each bucket but the last. */
const bounds: Float64Array = Float64Array.from({ length: buckets - 1 }, (_, i) => smallest * growth ** i)

/** The bucket that a figure falls into: a search, as a logarithm costs twice as much. */
export function bucketOf(figure: number): number {
  let low = 0
  let high = buckets - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (figure > (bounds[middle] ?? 0)) low = middle + 1
    else high = middle
  }
  return low
}

/** Quantiles of positive figures by counting them in logarithmic buckets: 512 bytes, some nanoseconds per figure. */
export class QuantileSketch {
  readonly #counts: Uint32Array = new Uint32Array(buckets)
  #count = 0
  #minimum = Number.POSITIVE_INFINITY
  #maximum = 0

  get count(): number {
    return this.#count
  }

  get maximum(): number {
    return this.#maximum
  }

  /** @param bucket that of the figure, for who needs it more than once. */
  add(figure: number, bucket: number = bucketOf(figure)): void {
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#count++
    if (figure < this.#minimum) this.#minimum = figure
    if (figure > this.#maximum) this.#maximum = figure
  }

  /** @param share from 0 to 1. Returns 0 if there are no figures. */
  quantile(share: number): number {
    if (this.#count === 0) return 0
    let left = Math.max(1, Math.ceil(share * this.#count))
    for (let i = 0; i < buckets; i++) {
      left -= this.#counts[i] ?? 0
      if (left <= 0) return this.#clamp(smallest * growth ** (i - 0.5))
    }
    return this.#maximum
  }

  #clamp(figure: number): number {
    return Math.min(this.#maximum, Math.max(this.#minimum, figure))
  }
}
