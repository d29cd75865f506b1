import type { Statement, TreeNode } from './postgres-parser.ts'
import { isNode, listOf, nodeOf, textOf, walk } from './tree.ts'

/** What PostgreSQL's parse tree says of one constant or parameter; no role if it says nothing about its use. */
export interface TreeSlot {
  readonly location: number
  readonly parameter: number
  role: string | undefined
  column: string | undefined
  qualifier: string | undefined
}

const operatorRoles: ReadonlyMap<string, string> = new Map([
  ['=', 'eq'],
  ['<', 'range'],
  ['>', 'range'],
  ['<=', 'range'],
  ['>=', 'range'],
  ['<>', 'range'],
])

const kindRoles: ReadonlyMap<string, string> = new Map([
  ['AEXPR_IN', 'in'],
  ['AEXPR_LIKE', 'like'],
  ['AEXPR_ILIKE', 'like'],
  ['AEXPR_BETWEEN', 'range'],
  ['AEXPR_NOT_BETWEEN', 'range'],
])

/**
 * The constants and parameters of a parse tree in the order of the text, with the column that each is compared with
 * or written to where the tree shows it directly.
 */
export function treeSlots(statements: readonly Statement[]): TreeSlot[] {
  const slots = new Map<number, TreeSlot>()
  const tree = statements.map(({ type, fields }) => ({ [type]: fields }))
  walk(tree, (type, fields) => {
    addValue(type, fields, slots)
    return true
  })
  walk(tree, (type, fields) => {
    if (type === 'A_Expr') readComparison(fields, slots)
    else if (type === 'UpdateStmt' || type === 'OnConflictClause') readAssignments(fields.targetList, slots)
    else if (type === 'onConflictClause') readAssignments(fields.targetList, slots)
    else if (type === 'InsertStmt') readRows(fields, slots)
    if (type.endsWith('Stmt')) readPage(fields, slots)
    return true
  })
  return [...slots.values()].sort((one, other) => one.location - other.location)
}

function addValue(type: string, fields: TreeNode, slots: Map<number, TreeSlot>): void {
  const isParameter = type === 'ParamRef'
  if (!isParameter && (type !== 'A_Const' || fields.isnull === true || fields.boolval !== undefined)) return
  // A zero is left out of the tree's JSON.
  const location = typeof fields.location === 'number' ? fields.location : 0
  const parameter = isParameter && typeof fields.number === 'number' ? fields.number : 0
  if (location < 0 || slots.has(location)) return
  slots.set(location, { location, parameter, role: undefined, column: undefined, qualifier: undefined })
}

function readComparison(fields: TreeNode, slots: Map<number, TreeSlot>): void {
  const { kind } = fields
  const operator = textOf(nodeOf(listOf(fields.name)[0], 'String')?.sval)
  if (kind === 'AEXPR_OP' && listOf(fields.name).length === 1) {
    const role = operatorRoles.get(operator)
    if (role === undefined) return
    compare(fields.rexpr, role, fields.lexpr, slots)
    compare(fields.lexpr, role, fields.rexpr, slots)
  } else if (kind === 'AEXPR_OP_ANY') {
    const role = operator === '=' ? 'any' : 'range'
    const elements = listOf(nodeOf(withoutCasts(fields.rexpr), 'A_ArrayExpr')?.elements)
    for (const value of elements.length > 0 ? elements : [fields.rexpr])
      note(value, role, fields.lexpr, slots)
  } else {
    const role = kindRoles.get(textOf(kind))
    if (role === undefined) return
    const several = listOf(nodeOf(fields.rexpr, 'List')?.items)
    for (const value of several.length > 0 ? several : [fields.rexpr])
      compare(value, role, fields.lexpr, slots)
  }
}

/** Compares a value with a column, or a row of values with a row of columns. */
function compare(value: unknown, role: string, compared: unknown, slots: Map<number, TreeSlot>): void {
  const values = listOf(nodeOf(value, 'RowExpr')?.args)
  const columns = listOf(nodeOf(compared, 'RowExpr')?.args)
  if (values.length === 0 || columns.length === 0) note(value, role, compared, slots)
  else for (const [index, item] of values.entries()) note(item, role, columns[index], slots)
}

function readAssignments(targets: unknown, slots: Map<number, TreeSlot>): void {
  for (const item of listOf(targets)) {
    const target = nodeOf(item, 'ResTarget')
    if (target !== undefined && target.indirection === undefined) {
      noteColumn(target.val, 'set', textOf(target.name), undefined, slots)
    }
  }
}

function readRows(fields: TreeNode, slots: Map<number, TreeSlot>): void {
  const columns = listOf(fields.cols).map((item) => nodeOf(item, 'ResTarget'))
  const rows = listOf(nodeOf(fields.selectStmt, 'SelectStmt')?.valuesLists)
  for (const row of rows) {
    for (const [index, value] of listOf(nodeOf(row, 'List')?.items).entries()) {
      const column = columns[index]
      if (column !== undefined && column.indirection === undefined) {
        noteColumn(value, 'value', textOf(column.name), undefined, slots)
      }
    }
  }
}

function readPage(fields: TreeNode, slots: Map<number, TreeSlot>): void {
  note(fields.limitCount, 'limit', undefined, slots)
  note(fields.limitOffset, 'offset', undefined, slots)
}

/** Notes the role of `value` if it is a constant or parameter, and the column if `compared` is one. */
function note(value: unknown, role: string, compared: unknown, slots: Map<number, TreeSlot>): void {
  const fields = nodeOf(withoutCasts(compared), 'ColumnRef')
  const names = listOf(fields?.fields).map((field) => textOf(nodeOf(field, 'String')?.sval))
  noteColumn(value, role, names.at(-1), names.at(-2), slots)
}

function noteColumn(
  value: unknown,
  role: string,
  column: string | undefined,
  qualifier: string | undefined,
  slots: Map<number, TreeSlot>,
): void {
  const bare = withoutCasts(value)
  const constant = nodeOf(bare, 'A_Const') ?? nodeOf(bare, 'ParamRef')
  if (constant === undefined) return
  const slot = slots.get(typeof constant.location === 'number' ? constant.location : 0)
  if (slot === undefined) return
  slot.role = role
  slot.column = column
  slot.qualifier = qualifier
}

/** What stands under casts, collations and the sign `+`, which the tree keeps as an operator. */
function withoutCasts(value: unknown): unknown {
  if (!isNode(value)) return value
  const signed = nodeOf(value, 'A_Expr')
  const operator = nodeOf(listOf(signed?.name)[0], 'String')?.sval
  if (signed?.lexpr === undefined && operator === '+') return withoutCasts(signed?.rexpr)
  const cast = nodeOf(value, 'TypeCast') ?? nodeOf(value, 'CollateClause')
  return cast === undefined ? value : withoutCasts(cast.arg)
}
