import { conditionsByClass } from './sqlstate-conditions.js'

/**
 * PostgreSQL's name for a SQLSTATE, such as `unique_violation` for `23505`: it says what happened and quotes nothing.
 *
 * A code that PostgreSQL does not list has the name of its class, as the SQL standard wants it read; undefined for
 * an unknown class.
 *
 * @see https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
export function conditionNameOf(sqlState: string): string | undefined {
  const code = sqlState.slice(0, 2)
  const conditions = Object.hasOwn(conditionsByClass, code) ? conditionsByClass[code] : undefined
  const words = conditions?.trim().split(/\s+/) ?? []
  // Words come in pairs: the end of a code, and its name.
  const index = words.findIndex((word, i) => i % 2 === 0 && word === sqlState.slice(2))
  return words[index === -1 ? words.indexOf('000') + 1 : index + 1]
}
