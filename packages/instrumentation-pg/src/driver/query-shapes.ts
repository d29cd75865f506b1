import { type AnalyzedQueryText, QueryShapeCache } from '@pgspan/query-text'

/** The shapes of this process's query texts, as a server reads them that has `standard_conforming_strings` on or off. */
export class QueryShapes {
  readonly #standard = new QueryShapeCache()
  /** Few servers need it. */
  #escaping: QueryShapeCache | undefined = undefined

  shapeOf(text: string, backslashEscapes: boolean): AnalyzedQueryText {
    if (!backslashEscapes) return this.#standard.shapeOf(text)
    this.#escaping ??= new QueryShapeCache({ backslashEscapes: true })
    return this.#escaping.shapeOf(text)
  }
}
