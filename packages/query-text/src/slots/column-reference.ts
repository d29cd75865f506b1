import { identifierText } from '../text/identifier-text.js'

/** Where the text names a column: positions only, strings are made when a slot needs them. */
export class ColumnReference {
  #start = -1
  #end = -1
  #qualifierStart = -1
  #qualifierEnd = -1

  get isSet(): boolean {
    return this.#start !== -1
  }

  clear(): void {
    this.#start = -1
    this.#qualifierStart = -1
  }

  set(start: number, end: number): void {
    this.#start = start
    this.#end = end
    this.#qualifierStart = -1
  }

  /** What was read so far turns out to be the qualifier of the name at `[start, end)`. */
  qualify(start: number, end: number): void {
    this.#qualifierStart = this.#start
    this.#qualifierEnd = this.#end
    this.#start = start
    this.#end = end
  }

  copy(other: ColumnReference): void {
    this.#start = other.#start
    this.#end = other.#end
    this.#qualifierStart = other.#qualifierStart
    this.#qualifierEnd = other.#qualifierEnd
  }

  name(text: string): string | undefined {
    return this.#start === -1 ? undefined : identifierText(text, this.#start, this.#end)
  }

  qualifier(text: string): string | undefined {
    if (this.#qualifierStart === -1) return undefined
    return identifierText(text, this.#qualifierStart, this.#qualifierEnd)
  }
}
