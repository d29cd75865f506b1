/** The latest items, at most so many. */
export class Ring<Item> {
  readonly #size: number
  #items: Item[] = []

  constructor(size: number) {
    this.#size = size
  }

  push(item: Item): void {
    this.#items.push(item)
    // Now and then instead of each time, which would move all of them.
    if (this.#items.length >= 2 * this.#size) this.#items = this.#items.slice(-this.#size)
  }

  /** The oldest first. */
  get items(): readonly Item[] {
    return this.#items.slice(-this.#size)
  }
}
