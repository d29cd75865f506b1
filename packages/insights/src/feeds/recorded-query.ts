/** A query that another client than `pg` made, for {@link Insights.recordQuery}. */
export interface RecordedQuery {
  /** As it was sent; nothing but its sanitised form is kept. */
  readonly text: string
  /** From the call until it was settled; it settled just now. */
  readonly durationMillis: number
  /** The values of `$1`, `$2` …: hashed, and not kept. */
  readonly values?: readonly unknown[]
  /** The rows of its result, as objects: hashed, and not kept. They show where a loop's values came from. */
  readonly rows?: readonly unknown[]
  /** Returned or affected. @defaultValue the number of `rows` */
  readonly rowCount?: number
  /** Why it failed: of an error, the code is kept. */
  readonly error?: unknown
  /** The name of the database. */
  readonly database?: string
  /** The server's name or address. */
  readonly host?: string
  readonly port?: number
  /**
   * Makes the query a unit of work of its own, with this name, rather than a part of the running one.
   *
   * @defaultValue the running unit of work
   */
  readonly unit?: string
}

const numbers = ['durationMillis', 'rowCount', 'port'] as const
const texts = ['database', 'host', 'unit'] as const
const arrays = ['values', 'rows'] as const

/** @throws TypeError that names what is wrong; values are not repeated. */
export function checkRecordedQuery(query: RecordedQuery): void {
  if (typeof query !== 'object' || query === null) throw wrong('the query', 'an object', query)
  if (typeof query.text !== 'string' || query.text === '')
    throw wrong('text', 'a non-empty string', query.text)
  if (query.durationMillis === undefined) throw wrong('durationMillis', 'a number of at least 0', undefined)
  for (const name of numbers) {
    const value = query[name]
    if (value !== undefined && !(Number.isFinite(value) && value >= 0)) {
      throw wrong(name, 'a number of at least 0', value)
    }
  }
  for (const name of texts) {
    const value = query[name]
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw wrong(name, 'a non-empty string', value)
    }
  }
  for (const name of arrays) {
    if (query[name] !== undefined && !Array.isArray(query[name])) throw wrong(name, 'an array', query[name])
  }
}

function wrong(name: string, expected: string, value: unknown): TypeError {
  const shown =
    typeof value === 'number' ? value : `a value of type ${value === null ? 'null' : typeof value}`
  return new TypeError(`recordQuery: ${name} must be ${expected}, got ${shown}`)
}
