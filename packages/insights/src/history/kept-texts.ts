import type { QueryShape } from '@pgspan/lifecycle'

const bytesPerShape = 1_000
const bytesPerCharacter = 2

/** A query text that a history refers to. */
export interface KeptText {
  readonly shape: QueryShape
  /** How often it is referred to. */
  references: number
}

/** How much memory the query texts take that a history refers to, each counted once. */
export class KeptTexts {
  readonly #texts: Map<QueryShape, KeptText> = new Map()
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  /** Refers to a text once more. */
  keep(shape: QueryShape): KeptText {
    let text = this.#texts.get(shape)
    if (text === undefined) {
      text = { shape, references: 0 }
      this.#texts.set(shape, text)
      this.#bytes += bytesOf(shape)
    }
    text.references++
    return text
  }

  letGo(text: KeptText): void {
    if (--text.references > 0) return
    this.#texts.delete(text.shape)
    this.#bytes -= bytesOf(text.shape)
  }
}

function bytesOf({ sanitizedText, summary }: QueryShape): number {
  return bytesPerShape + bytesPerCharacter * (sanitizedText.length + summary.length)
}
