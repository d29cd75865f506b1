/**
 * Compares texts with a pattern in which `*` stands for any text; differences in spaces and line ends do not matter.
 *
 * Takes time in proportion to the text, whatever the pattern.
 */
export class TextPattern {
  readonly #first: string
  readonly #middle: readonly string[]
  /** Undefined without a star. */
  readonly #last: string | undefined

  constructor(pattern: string) {
    const parts = onOneLine(pattern).split('*')
    this.#first = parts[0] ?? ''
    this.#middle = parts.slice(1, -1)
    this.#last = parts.length > 1 ? parts.at(-1) : undefined
  }

  matches(text: string): boolean {
    const line = onOneLine(text)
    if (this.#last === undefined) return line === this.#first
    if (!line.startsWith(this.#first)) return false
    let at = this.#first.length
    for (const part of this.#middle) {
      const found = line.indexOf(part, at)
      if (found === -1) return false
      at = found + part.length
    }
    return line.length - this.#last.length >= at && line.endsWith(this.#last)
  }
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
