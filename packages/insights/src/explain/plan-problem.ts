import { nodesOf, type PlanNode } from './plan-node.js'
import { titleOf } from './plan-text.js'

/** What the server says beside a plan. */
export interface PlanFacts {
  /** Rows of tables, as the server last counted them. */
  readonly tableRows: ReadonlyMap<string, number>
  /** What a sort may use before it goes to disk. */
  readonly workMemoryBytes: number
  /** What a hash table may use. */
  readonly hashMemoryBytes: number
  /** What the slow execution returned; undefined if unknown. */
  readonly returnedRows: number | undefined
}

/** Below, reading all of a table is what PostgreSQL does best. */
const bigTableRows = 10_000
const manyLoops = 1_000
/** A step with less than this share of the plan's cost is not what makes it slow. */
const leastShare = 0.2
const selectiveShare = 0.1
const misestimateFactor = 10
const misestimateRows = 1_000

interface Problem {
  /** Of the plan's cost. */
  readonly share: number
  readonly sentence: string
}

/** The main problem of a plan in one sentence, without values; undefined if nothing in it stands out. */
export function planProblem(plan: PlanNode, facts: PlanFacts): string | undefined {
  const misestimate = misestimateOf(plan, facts)
  const isLoopOfFew =
    misestimate !== undefined && [...nodesOf(plan)].some(({ type }) => type === 'Nested Loop')
  if (isLoopOfFew) return misestimate
  const problems: Problem[] = []
  for (const [node, parent] of withParents(plan, undefined)) {
    const problem =
      sequentialScanOf(node, plan, facts) ?? loopOf(node, plan) ?? spillOf(node, parent, plan, facts)
    if (problem !== undefined && problem.share >= leastShare) problems.push(problem)
  }
  problems.sort((one, other) => other.share - one.share)
  return problems[0]?.sentence ?? misestimate
}

function sequentialScanOf(node: PlanNode, plan: PlanNode, { tableRows }: PlanFacts): Problem | undefined {
  const { type, relation, rows, conditions } = node
  const all = tableRows.get(relation ?? '') ?? 0
  if (type !== 'Seq Scan' || all < bigTableRows) return undefined
  const filter = conditions.find(([name]) => name === 'Filter')?.[1]
  const reads = `A sequential scan reads all of about ${counted(all)} rows of ${relation}`
  const share = node.cost / plan.cost
  if (filter === undefined) return { share, sentence: `${reads}, as no condition narrows them down.` }
  if (rows <= all * selectiveShare) {
    const sentence = `${reads} to keep about ${counted(rows)}: its filter ${filter} drops the others, and no index serves it.`
    return { share, sentence }
  }
  return { share, sentence: `${reads}, and its filter ${filter} keeps about ${counted(rows)} of them.` }
}

function loopOf(node: PlanNode, plan: PlanNode): Problem | undefined {
  const [outer, inner] = node.children
  if (node.type !== 'Nested Loop' || outer === undefined || inner === undefined) return undefined
  if (outer.rows < manyLoops) return undefined
  return {
    share: (node.cost - outer.cost) / plan.cost,
    sentence: `A nested loop runs ${titleOf(inner)} about ${counted(outer.rows)} times, once for each row of ${titleOf(outer)}.`,
  }
}

function spillOf(
  node: PlanNode,
  parent: PlanNode | undefined,
  plan: PlanNode,
  facts: PlanFacts,
): Problem | undefined {
  const { type, isHashed, rows, width } = node
  // Below a limit, a sort keeps the first rows only.
  const isSort = type === 'Sort' && parent?.type !== 'Limit'
  if (!isSort && !isHashed) return undefined
  const memory = isSort ? facts.workMemoryBytes : facts.hashMemoryBytes
  const bytes = rows * (width + tupleOverheadBytes)
  if (bytes <= memory) return undefined
  const what = isSort
    ? `A sort by ${keyOf(node)}`
    : `${type === 'Hash' ? 'A hash table' : 'A hash of groups'}`
  const below = node.children[0]?.cost ?? 0
  return {
    share:
      type === 'Hash' && parent !== undefined ? ownCost(parent) / plan.cost : (node.cost - below) / plan.cost,
    sentence: `${what} of about ${counted(rows)} rows (${megabytes(bytes)}) does not fit into its memory (${megabytes(memory)}, work_mem) and goes to disk.`,
  }
}

// https://github.com/postgres/postgres/blob/REL_18_0/src/include/access/htup_details.h
const tupleOverheadBytes = 24

function misestimateOf(plan: PlanNode, { returnedRows }: PlanFacts): string | undefined {
  if (returnedRows === undefined || plan.type === 'Limit') return undefined
  const [less, more] = [plan.rows, returnedRows].sort((one, other) => one - other) as [number, number]
  if (more - less < misestimateRows || (more + 1) / (less + 1) < misestimateFactor) return undefined
  return `The planner expects about ${counted(plan.rows)} rows, and ${counted(returnedRows)} came: ANALYZE the tables, or give it extended statistics.`
}

function* withParents(
  node: PlanNode,
  parent: PlanNode | undefined,
): Iterable<[node: PlanNode, parent: PlanNode | undefined]> {
  yield [node, parent]
  for (const child of node.children) yield* withParents(child, node)
}

function ownCost(node: PlanNode): number {
  return node.cost - node.children.reduce((sum, { cost }) => sum + cost, 0)
}

function keyOf({ conditions }: PlanNode): string {
  return conditions.find(([name]) => name === 'Sort Key')?.[1] ?? 'an expression'
}

function counted(rows: number): string {
  return Math.round(rows).toLocaleString('en-US')
}

function megabytes(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / 1_048_576))} MB`
}
