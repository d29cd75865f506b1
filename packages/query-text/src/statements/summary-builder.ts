const MAX_LENGTH = 255

/**
 * Builds a summary from operations and targets, each as the text has it.
 *
 * It ends with the last part that fits into 255 characters, never inside of a part.
 *
 * @see https://github.com/open-telemetry/semantic-conventions/blob/v1.45.0/docs/db/database-spans.md#generating-a-summary-of-the-query
 */
export class SummaryBuilder {
  #summary = ''
  #separator = ''
  #isFull = false

  begin(): void {
    this.#summary = ''
    this.#separator = ''
    this.#isFull = false
  }

  add(part: string): void {
    if (this.#isFull) return
    if (this.#summary.length + this.#separator.length + part.length > MAX_LENGTH) {
      this.#isFull = true
      return
    }
    this.#summary += this.#separator + part
    this.#separator = ' '
  }

  get length(): number {
    return this.#summary.length
  }

  /** Takes out a part that turned out to be none, with the separator before it. */
  remove(start: number, end: number): void {
    this.#summary = this.#summary.slice(0, start) + this.#summary.slice(end)
  }

  /** The next part belongs to another statement. */
  endStatement(): void {
    if (this.#summary !== '') this.#separator = '; '
  }

  finish(): string {
    const summary = this.#summary
    this.#summary = ''
    return summary
  }
}
