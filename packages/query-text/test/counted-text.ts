/** What was read of a {@link CountedText} and its parts. */
export class ReadingCount {
  /** Characters that were looked at, passed by a search or copied, each time anew. */
  steps = 0
  /** The position behind the last character that was looked at. */
  readTo = 0

  add(from: number, to: number): void {
    this.steps += to - from
    if (to > this.readTo) this.readTo = to
  }
}

/**
 * Stands for a string and counts how much of it is read. It has the methods of a string that the scanner uses; another
 * one is missing, so that a scanner that begins to use it fails instead of reading for free.
 */
export class CountedText {
  readonly count: ReadingCount
  readonly #text: string

  constructor(text: string, count: ReadingCount = new ReadingCount()) {
    this.#text = text
    this.count = count
  }

  /** The stand-in as what the scanner takes it for. */
  asString(): string {
    // A scanner only ever calls methods of its text, and this object has those.
    return this as unknown as string
  }

  get length(): number {
    return this.#text.length
  }

  charCodeAt(at: number): number {
    this.count.add(at, at + 1)
    return this.#text.charCodeAt(at)
  }

  charAt(at: number): string {
    this.count.add(at, at + 1)
    return this.#text.charAt(at)
  }

  indexOf(searched: string, from = 0): number {
    const at = this.#text.indexOf(searched, from)
    this.count.add(from, at === -1 ? this.#text.length : at + searched.length)
    return at
  }

  /** A part, copied; the first part of a longer text, as the scanner cuts it, is counted on. */
  slice(start: number, end = this.#text.length): string {
    const part = this.#text.slice(start, end)
    if (start === 0 && part.length >= 65_536) return new CountedText(part, this.count).asString()
    this.count.add(start, end)
    return part
  }
}
