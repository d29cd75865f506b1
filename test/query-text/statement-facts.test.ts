import { beforeAll, describe, expect, test } from 'vitest'
import type { StatementKind } from '../../packages/query-text/src/query-shape.ts'
import { StatementScanner } from '../../packages/query-text/src/statement-scanner.ts'
import { isDml, loadPostgresParser, postgresStatements, type Statement } from './support/postgres-parser.ts'
import { statementSources } from './support/statement-sources.ts'
import { isNode, listOf, nodeOf, walk } from './support/tree.ts'
import { treeTables } from './support/tree-tables.ts'

beforeAll(loadPostgresParser)

const options = { backslashEscapes: false, maxTextLength: 1_000_000, keepParameterizedText: false }
const scanner = new StatementScanner()

/** Every kind that a statement of this type of PostgreSQL's parse tree can have; all others define or change objects. */
const kinds: Readonly<Record<string, readonly StatementKind[]>> = {
  SelectStmt: ['read', 'catalogue', 'write', 'ddl'],
  InsertStmt: ['write'],
  UpdateStmt: ['write'],
  DeleteStmt: ['write'],
  MergeStmt: ['write'],
  TransactionStmt: ['transaction'],
  VariableSetStmt: ['session'],
  VariableShowStmt: ['session'],
  ConstraintsSetStmt: ['session'],
  DiscardStmt: ['session'],
  DeallocateStmt: ['session'],
  ListenStmt: ['session'],
  UnlistenStmt: ['session'],
  NotifyStmt: ['session'],
  DeclareCursorStmt: ['cursor'],
  FetchStmt: ['cursor'],
  ClosePortalStmt: ['cursor'],
  CopyStmt: ['copy'],
  LockStmt: ['lock'],
  CallStmt: ['other'],
  CheckPointStmt: ['other'],
  ClusterStmt: ['other'],
  DoStmt: ['other'],
  ExecuteStmt: ['other'],
  ExplainStmt: ['other'],
  LoadStmt: ['other'],
  PrepareStmt: ['other'],
  RefreshMatViewStmt: ['other'],
  ReindexStmt: ['other'],
  VacuumStmt: ['other'],
}

function outermostQuery(statement: Statement): Statement['fields'] {
  return statement.type === 'SelectStmt' ? statement.fields : {}
}

/** `SELECT … INTO` or a change in a `WITH` list: more than reading. */
function hasEffect({ type, fields }: Statement): boolean {
  let found = false
  walk({ [type]: fields }, (key) => {
    found ||= key === 'intoClause' || key === 'InsertStmt' || key === 'UpdateStmt' || key === 'DeleteStmt'
    found ||= key === 'MergeStmt'
    return !found
  })
  return found
}

/** The tables of both sides where they differ. */
function differingTables(statement: string, tree: readonly Statement[]): string | undefined {
  const expected = [...treeTables(tree)].sort().join()
  const found = [...scanner.scan(statement, options).tables].sort().join()
  return expected === found ? undefined : `${expected} | ${found} | ${statement}`
}

describe.each(statementSources)('$name', { timeout: 120_000 }, ({ isMissing, statements }) => {
  test.skipIf(isMissing)('the tables of a query or change are those of its parse tree', () => {
    let checked = 0
    const different: string[] = []
    for (const statement of statements()) {
      const tree = postgresStatements(statement)
      if (tree === undefined || !isDml(tree)) continue
      checked++
      const difference = differingTables(statement, tree)
      if (difference !== undefined) different.push(difference)
    }
    console.info(`tables of ${checked} statements: ${different.length} differ`, different)
    expect(checked).toBeGreaterThan(500)
    expect(different).toEqual([])
  })

  test.skipIf(isMissing)('the kind fits the type of the parse tree', () => {
    for (const statement of statements()) {
      const tree = postgresStatements(statement)
      const [first] = tree ?? []
      if (first === undefined || tree?.length !== 1) continue
      const { kind } = scanner.scan(statement, options)
      expect(kinds[first.type] ?? ['ddl'], `${first.type}: ${statement}`).toContain(kind)
      if (first.type === 'SelectStmt')
        expect(kind === 'write' || kind === 'ddl', statement).toBe(hasEffect(first))
    }
  })

  test.skipIf(isMissing)(
    'order, limit, offset and locks of the outermost query are those of its parse tree',
    () => {
      let checked = 0
      for (const statement of statements()) {
        const [first, ...others] = postgresStatements(statement) ?? []
        if (first === undefined || others.length > 0) continue
        const query = outermostQuery(first)
        const shape = scanner.scan(statement, options)
        const { isMultiStatement } = shape
        expect(isMultiStatement, statement).toBe(false)
        if (first.type !== 'SelectStmt' || selectsFromQuery(query)) continue
        checked++
        const hasLimit = query.limitCount !== undefined || query.limitOption === 'LIMIT_OPTION_WITH_TIES'
        expect(shape, statement).toMatchObject({
          hasOrderBy: listOf(query.sortClause).length > 0,
          hasLimit,
          hasOffset: query.limitOffset !== undefined,
        })
        if (listOf(query.lockingClause).length > 0) expect(shape.locks, statement).toBe(true)
      }
      expect(checked).toBeGreaterThan(300)
    },
  )
})

/** Only the outermost query or one that it selects all its rows from can tell how rows are ordered and limited. */
function selectsFromQuery(query: Statement['fields']): boolean {
  if (query.op !== undefined && query.op !== 'SETOP_NONE') return true
  return listOf(query.fromClause).some((item) => {
    if (nodeOf(item, 'RangeSubselect') !== undefined) return true
    const join = nodeOf(item, 'JoinExpr')
    return isNode(join) && JSON.stringify(join).includes('RangeSubselect')
  })
}
