const maximumSamples = 64
/** Chance reaches it in one look of 30,000; a history is looked at often. */
const significantScore = 4
/** From the first quarter to the last. */
const leastGrowth = 1.1

/**
 * How many rows a statement has returned over time: at most 64 samples, evenly spread over its whole history, and
 * whether they grow.
 */
export class RowHistory {
  #samples: number[] = []
  #stride = 1
  #added = 0
  #maximum = 0

  get count(): number {
    return this.#added
  }

  get maximum(): number {
    return this.#maximum
  }

  /** The median of the first quarter of the samples. */
  get firstRows(): number {
    return medianOf(this.#samples.slice(0, Math.max(1, this.#samples.length >> 2)))
  }

  /** Returns true if there were never as many. */
  add(rows: number): boolean {
    if (this.#added++ % this.#stride === 0) {
      if (this.#samples.length === maximumSamples) {
        this.#samples = this.#samples.filter((_, i) => i % 2 === 0)
        this.#stride *= 2
      }
      this.#samples.push(rows)
    }
    const isRecord = rows > this.#maximum
    if (isRecord) this.#maximum = rows
    return isRecord
  }

  /**
   * The rows become more: by a tenth at least, and later samples are larger than earlier ones too often for chance
   * (the test of Mann and Kendall).
   *
   * @see https://doi.org/10.2307/1907187
   */
  get grows(): boolean {
    const samples = this.#samples
    const n = samples.length
    const last = medianOf(samples.slice(-Math.max(1, n >> 2)))
    if (n < 8 || last < this.firstRows * leastGrowth) return false
    let rises = 0
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) rises += Math.sign((samples[j] ?? 0) - (samples[i] ?? 0))
    }
    return rises - 1 >= significantScore * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)
  }
}

function medianOf(figures: readonly number[]): number {
  return figures.slice().sort((left, right) => left - right)[figures.length >> 1] ?? 0
}
