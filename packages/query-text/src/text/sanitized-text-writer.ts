const ELLIPSIS = '…'

/** A state of a {@link SanitizedTextWriter} to which it can go back. */
export class TextMark {
  written = ''
  copiedTo = 0
  position = 0

  /** Lets go of the text. */
  clear(): void {
    this.written = ''
  }
}

/**
 * Copies a text and replaces parts of it. Nothing is copied until something is replaced: a text that is fit as it is
 * comes out as the very same string.
 */
export class SanitizedTextWriter {
  #text = ''
  #written = ''
  /** Everything before this position was written or left out. */
  #copiedTo = 0
  #maxLength = 0
  #canOverflow = false
  #isCut = false
  readonly #lastFit = new TextMark()

  /** @param maxLength the longest result, with the ellipsis that ends a text which had to be cut */
  begin(text: string, maxLength: number): void {
    this.#text = text
    this.#written = ''
    this.#copiedTo = 0
    this.#maxLength = maxLength
    this.#canOverflow = text.length > maxLength
    this.#isCut = false
    this.mark(this.#lastFit, 0)
  }

  /** The result was longer than allowed, and was cut behind a token. */
  get isCut(): boolean {
    return this.#isCut
  }

  /** Puts `by` in the place of `[from, to)`, which must not lie before an earlier replacement. */
  replace(from: number, to: number, by: string): void {
    if (this.#isCut) return
    this.#written += from > this.#copiedTo ? this.#text.slice(this.#copiedTo, from) + by : by
    this.#copiedTo = to
  }

  /** Notes the state, as long as nothing behind `position` was written. */
  mark(mark: TextMark, position: number): void {
    mark.written = this.#written
    mark.copiedTo = this.#copiedTo
    mark.position = position
  }

  /** Leaves out everything from the marked position to `to`. */
  leaveOut(mark: TextMark, to: number): void {
    if (this.#isCut) return
    this.#written = mark.written
    this.#copiedTo = mark.copiedTo
    this.replace(mark.position, to, '')
  }

  /** Says that a token ended at `end`: the text is cut behind the last token with which it still fits. */
  endToken(end: number): void {
    if (!this.#canOverflow || this.#isCut) return
    if (this.#written.length + end - this.#copiedTo < this.#maxLength) this.mark(this.#lastFit, end)
    else this.#isCut = true
  }

  /** The result up to `end`, or as far as it fits. Lets go of the text. */
  finish(end: number): string {
    const fit = this.#lastFit
    const result = this.#isCut
      ? fit.written + this.#text.slice(fit.copiedTo, fit.position) + ELLIPSIS
      : this.#result(end)
    this.#text = ''
    this.#written = ''
    fit.clear()
    return result
  }

  #result(end: number): string {
    if (this.#copiedTo === 0 && end === this.#text.length) return this.#text
    return end > this.#copiedTo ? this.#written + this.#text.slice(this.#copiedTo, end) : this.#written
  }
}
