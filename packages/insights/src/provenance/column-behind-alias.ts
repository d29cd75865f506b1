/**
 * The column that a name in a select list stands for: `person_id` for the name `purchase_person_id` of
 * `SELECT "purchase"."person_id" AS "purchase_person_id"`. The name itself where nothing renames it; undefined for the
 * name of what is computed.
 *
 * Reads sanitised text, in which no literal can look like SQL. Not on the path of a query: one finding, one call.
 */
export function columnBehindAlias(sanitizedText: string, name: string): string | undefined {
  const literalName = name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  const renaming = `\\s+AS\\s+"?${literalName}(?![\\w$])"?`
  if (!new RegExp(renaming, 'i').test(sanitizedText)) return name
  const plainColumn = `(?:\\bSELECT|\\bDISTINCT|,)\\s*(?:"?[\\w$]+"?\\s*\\.\\s*)*"?([\\w$]+)"?${renaming}`
  return new RegExp(plainColumn, 'i').exec(sanitizedText)?.[1]
}
