import type { Statement, TreeNode } from './postgres-parser.ts'
import { isNode, listOf, nodeOf, textOf } from './tree.ts'

/** The tables that a parse tree names, without schema and without the names of common tables that are in sight. */
export function treeTables(statements: readonly Statement[]): Set<string> {
  const tables = new Set<string>()
  for (const { type, fields } of statements) collect({ [type]: fields }, new Set(), tables)
  return tables
}

function collect(value: unknown, common: ReadonlySet<string>, tables: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, common, tables)
  if (!isNode(value) || Array.isArray(value)) return
  const inner = collectCommonTables(value, common, tables)
  for (const [key, field] of Object.entries(value)) {
    // `FOR UPDATE OF x` names what has been named before.
    if (key === 'withClause' || key === 'lockingClause') continue
    if (key === 'RangeVar' && isRelation(field)) addRelation(field, inner, tables)
    // What is written to is never a common table.
    else if ((key === 'relation' || key === 'rel') && isRelation(field)) tables.add(textOf(field.relname))
    else collect(field, inner, tables)
  }
}

function isRelation(field: unknown): field is TreeNode {
  return isNode(field) && typeof field.relname === 'string'
}

function addRelation(relation: TreeNode, common: ReadonlySet<string>, tables: Set<string>): void {
  const name = textOf(relation.relname)
  if (relation.schemaname === undefined && common.has(name)) return
  tables.add(name)
}

/** Reads a `WITH` clause; without `RECURSIVE`, a common table is in sight only behind its definition. */
function collectCommonTables(
  fields: TreeNode,
  common: ReadonlySet<string>,
  tables: Set<string>,
): ReadonlySet<string> {
  const clause = fields.withClause
  if (!isNode(clause)) return common
  const expressions = listOf(clause.ctes).map((item) => nodeOf(item, 'CommonTableExpr') ?? {})
  const inner = new Set(common)
  if (clause.recursive === true) for (const { ctename } of expressions) inner.add(textOf(ctename))
  for (const expression of expressions) {
    collect(expression.ctequery, inner, tables)
    inner.add(textOf(expression.ctename))
  }
  return inner
}
