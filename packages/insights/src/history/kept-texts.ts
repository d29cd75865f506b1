import type { QueryShape } from '@pgspan/lifecycle'

const bytesPerShape = 1_000
const bytesPerCharacter = 2

/** How much memory the query texts take that a history refers to, each counted once. */
export class KeptTexts {
  readonly #references: Map<QueryShape, number> = new Map()
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  keep(shapes: Iterable<QueryShape>): void {
    for (const shape of shapes) {
      const count = this.#references.get(shape) ?? 0
      if (count === 0) this.#bytes += bytesOf(shape)
      this.#references.set(shape, count + 1)
    }
  }

  letGo(shapes: Iterable<QueryShape>): void {
    for (const shape of shapes) {
      const count = this.#references.get(shape) ?? 0
      if (count > 1) this.#references.set(shape, count - 1)
      else if (this.#references.delete(shape)) this.#bytes -= bytesOf(shape)
    }
  }
}

function bytesOf({ sanitizedText, summary }: QueryShape): number {
  return bytesPerShape + bytesPerCharacter * (sanitizedText.length + summary.length)
}
