import type { QueryResultView, QueryShape, ResultField } from '@pgspan/lifecycle'
import { namesIdentity, namesLink, namesReference, namesRows, snakeCase } from './column-names.js'
import type { ColumnType } from './column-values.js'

/** A column whose values may be what later queries ask for. */
export interface SourceColumnChoice {
  readonly index: number
  /** As the result calls it. */
  readonly name: string
  readonly type: ColumnType
  /** The name is one of an identifier or leads to one, and not of words and small numbers. */
  readonly isIdentity: boolean
}

const maximumColumns = 4

// Object ids of pg_type, the same in every PostgreSQL:
// https://github.com/postgres/postgres/blob/REL_18_0/src/include/catalog/pg_type.dat
const types: ReadonlyMap<number, ColumnType> = new Map<number, ColumnType>([
  [20, 'integer'],
  [21, 'integer'],
  [23, 'integer'],
  [2950, 'uuid'],
  [25, 'text'],
  [1042, 'text'],
  [1043, 'text'],
])

/** Chooses at most four columns per statement, identifiers first, and remembers the choice as long as the shape. */
export class SourceColumns {
  readonly #chosen: WeakMap<QueryShape, readonly SourceColumnChoice[]> = new WeakMap()

  of(shape: QueryShape, result: QueryResultView): readonly SourceColumnChoice[] {
    const known = this.#chosen.get(shape)
    if (known?.every((column) => result.fields[column.index]?.name === column.name)) return known
    const chosen = choose(result.fields)
    this.#chosen.set(shape, chosen)
    return chosen
  }
}

function choose(fields: readonly ResultField[]): readonly SourceColumnChoice[] {
  const ranked: { rank: number; column: SourceColumnChoice }[] = []
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index]
    const type = field && types.get(field.dataTypeID)
    if (field === undefined || type === undefined) continue
    const name = snakeCase(field.name)
    const isLink = namesLink(name)
    const isIdentity = isLink || namesIdentity(name)
    if (type === 'text' && !isIdentity) continue
    ranked.push({
      rank: rankOf(name, type, isIdentity),
      column: { index, name: field.name, type, isIdentity: isLink || namesRows(name) },
    })
  }
  return ranked
    .sort((left, right) => right.rank - left.rank)
    .slice(0, maximumColumns)
    .map(({ column }) => column)
}

function rankOf(name: string, type: ColumnType, isIdentity: boolean): number {
  if (name === 'id') return 4
  if (namesReference(name) || type === 'uuid') return 3
  return isIdentity ? 2 : 1
}
