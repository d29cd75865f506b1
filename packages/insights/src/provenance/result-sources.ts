import type { QueryResultView, QueryShape } from '@pgspan/lifecycle'
import { ColumnValues } from './column-values.js'
import { ResultSource } from './result-source.js'
import { SourceColumns } from './source-columns.js'

const maximumSources = 16

/** Scratch memory and choices for reading results, shared by all units of work. */
export class ResultReader {
  readonly values: ColumnValues = new ColumnValues()
  readonly columns: SourceColumns = new SourceColumns()
}

/** The latest 16 statements of a unit of work that returned rows worth remembering, newest last. */
export class ResultSources {
  #sources: ResultSource[] = []

  get all(): readonly ResultSource[] {
    return this.#sources
  }

  /** @param echo the hash of the value that the statement asked for. */
  add(shape: QueryShape, result: QueryResultView, echo: number, reader: ResultReader): void {
    const source = this.#take(shape) ?? new ResultSource(shape, reader.columns.of(shape, result))
    if (source.columns.length === 0) return
    source.add(result, echo, reader.values)
    this.#sources.push(source)
    if (this.#sources.length > maximumSources) this.#sources.shift()
  }

  #take(shape: QueryShape): ResultSource | undefined {
    const at = this.#sources.findIndex((source) => source.shape.fingerprint === shape.fingerprint)
    return at === -1 ? undefined : this.#sources.splice(at, 1)[0]
  }
}
