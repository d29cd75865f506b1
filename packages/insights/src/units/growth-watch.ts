const maximumEntries = 500
const wantedSizes = 3
/** How far the executions may be from the values of the source. */
const tolerance = 0.2

/**
 * Remembers, over units of work, whether the executions of a statement grow with a result that holds their values.
 *
 * That constants of the code are all in some result may happen by chance; that they become more when it becomes
 * longer does not. Holds the 500 latest statements.
 */
export class GrowthWatch {
  readonly #sizes: Map<string, Set<number>> = new Map()

  /**
   * Records one unit of work; true once three units had different numbers of executions, each that of its source.
   *
   * @param executions with different values.
   * @param sourceValues different values of the source's column.
   */
  growsWithSource(key: string, executions: number, sourceValues: number): boolean {
    const sizes = this.#sizes.get(key) ?? new Set()
    this.#sizes.delete(key)
    if (Math.abs(executions - sourceValues) > sourceValues * tolerance) return false
    if (sizes.size < wantedSizes) sizes.add(executions)
    this.#sizes.set(key, sizes)
    if (this.#sizes.size > maximumEntries) this.#dropOldest()
    return sizes.size >= wantedSizes
  }

  #dropOldest(): void {
    for (const key of this.#sizes.keys()) {
      this.#sizes.delete(key)
      return
    }
  }
}
