import type { AnalyzedQueryText, ParameterSlot, StatementKind } from './query-shape.js'

const none: readonly never[] = Object.freeze([])

/** Reads the slots of a text that was read before. */
export type SlotReading = (
  text: string,
  backslashEscapes: boolean,
  isFailClosed: boolean,
) => readonly ParameterSlot[]

/**
 * The facts of one text. Its slots are read when they are asked for: only detectors ask, and finding them takes about
 * as long as everything else together.
 */
export class TextShape implements AnalyzedQueryText {
  sanitizedText = ''
  summary = ''
  fingerprint = ''
  kind: StatementKind = 'other'
  tables: readonly string[] = none
  hasOrderBy = false
  hasLimit = false
  hasOffset = false
  locks = false
  skipsLocked = false
  isVolatile = false
  isMultiStatement = false
  ignoredFindings: readonly string[] = none
  isTruncated = false
  isFailClosed = false
  hasComment = false
  endsInLineComment = false
  hasLiterals = false
  hasParameters = false
  valueCount = 0
  #slots: readonly ParameterSlot[] | undefined = undefined
  #reading: SlotReading | undefined = undefined
  #text = ''
  #backslashEscapes = false

  /** Says how to read the slots, later or never. Keeps `text` alive until then. */
  readSlotsLater(reading: SlotReading, text: string, backslashEscapes: boolean): void {
    this.#reading = reading
    this.#text = text
    this.#backslashEscapes = backslashEscapes
  }

  get slots(): readonly ParameterSlot[] {
    if (this.#slots === undefined) {
      this.#slots = this.#reading?.(this.#text, this.#backslashEscapes, this.isFailClosed) ?? none
      this.#reading = undefined
      this.#text = ''
    }
    return this.#slots
  }
}
