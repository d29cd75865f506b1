import { diag } from '@opentelemetry/api'

/** Functions of the application that are told something. What one throws is reported once and stops nothing. */
export class Listeners<Message> {
  readonly #what: string
  readonly #listeners: Set<(message: Message) => void> = new Set()
  #isReported = false

  /** @param what for diagnostics: `a listener to findings`. */
  constructor(what: string) {
    this.#what = what
  }

  get isListened(): boolean {
    return this.#listeners.size > 0
  }

  /** Returns the function that takes this listener away. */
  add(listener: (message: Message) => void): () => void {
    // A listener that is added twice is told twice.
    const own = (message: Message): void => listener(message)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  tell(message: Message): void {
    for (const listener of this.#listeners) {
      try {
        listener(message)
      } catch (error) {
        if (this.#isReported) continue
        this.#isReported = true
        diag.error(`pgspan: ${this.#what} threw; further errors are not shown.`, error)
      }
    }
  }
}
