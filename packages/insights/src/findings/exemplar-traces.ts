const maximumTraces = 3

/** The ids of up to three traces to look at: sampled ones first, as only these can be looked up; the latest first. */
export class ExemplarTraces {
  #sampled: readonly string[] = []
  #others: readonly string[] = []

  add(traceId: string, isSampled: boolean): void {
    if (isSampled) this.#sampled = withFirst(this.#sampled, traceId)
    else this.#others = withFirst(this.#others, traceId)
  }

  get ids(): readonly string[] {
    return [...this.#sampled, ...this.#others].slice(0, maximumTraces)
  }
}

function withFirst(ids: readonly string[], id: string): readonly string[] {
  return ids[0] === id ? ids : [id, ...ids.filter((other) => other !== id)].slice(0, maximumTraces)
}
