import { analyzeQueryText } from '@pgspan/query-text'

const maximumNodes = 200
const maximumConditionLength = 300

/** One step of a plan, without values: literals in its conditions are replaced by `?`. */
export interface PlanNode {
  /** `Seq Scan`, `Hash Join`. */
  readonly type: string
  /** The table; undefined for steps that read none. */
  readonly relation: string | undefined
  readonly index: string | undefined
  /** `Filter: (customer_id = $1)` and the like, in the order of {@link conditionNames}. */
  readonly conditions: readonly (readonly [name: string, text: string])[]
  /** Estimated, of all workers together. */
  readonly rows: number
  /** Bytes of a row, estimated. */
  readonly width: number
  /** In the planner's own unit, with all that is below. */
  readonly cost: number
  readonly isHashed: boolean
  readonly children: readonly PlanNode[]
}

const conditionNames = [
  'Filter',
  'Join Filter',
  'Index Cond',
  'Hash Cond',
  'Merge Cond',
  'Sort Key',
  'Group Key',
] as const

/**
 * Reads what `EXPLAIN (FORMAT JSON)` gives; only what is named here is taken. Undefined if it is no plan, or one of more
 * than 200 steps.
 *
 * @see https://www.postgresql.org/docs/18/sql-explain.html
 */
export function readPlan(answer: unknown): PlanNode | undefined {
  const parsed = typeof answer === 'string' ? JSON.parse(answer) : answer
  const top = Array.isArray(parsed) ? parsed[0] : undefined
  if (!isObject(top) || !isObject(top.Plan)) return undefined
  const budget = { nodes: maximumNodes }
  const root = readNode(top.Plan, budget, 1)
  return budget.nodes < 0 ? undefined : root
}

/** The plan and everything below, the top first. */
export function* nodesOf(plan: PlanNode): Iterable<PlanNode> {
  yield plan
  for (const child of plan.children) yield* nodesOf(child)
}

function readNode(
  node: Readonly<Record<string, unknown>>,
  budget: { nodes: number },
  share: number,
): PlanNode {
  const workers = share * (1 + numberOf(node['Workers Planned']))
  const below = Array.isArray(node.Plans) ? node.Plans.filter(isObject) : []
  const isTooLarge = --budget.nodes < 0
  return {
    type: textOf(node['Node Type']) ?? 'Unknown',
    relation: textOf(node['Relation Name']),
    index: textOf(node['Index Name']),
    conditions: conditionNames.flatMap((name) => {
      const text = conditionOf(node[name])
      return text === undefined ? [] : [[name, text] as const]
    }),
    // Below a Gather, PostgreSQL gives the rows of one worker.
    rows: numberOf(node['Plan Rows']) * share,
    width: numberOf(node['Plan Width']),
    cost: numberOf(node['Total Cost']),
    isHashed: node.Strategy === 'Hashed' || node['Node Type'] === 'Hash',
    children: isTooLarge ? [] : below.map((child) => readNode(child, budget, workers)),
  }
}

function conditionOf(value: unknown): string | undefined {
  const text = Array.isArray(value) ? value.map(String).join(', ') : textOf(value)
  if (text === undefined) return undefined
  const { sanitizedText } = analyzeQueryText(text)
  return sanitizedText.length > maximumConditionLength
    ? `${sanitizedText.slice(0, maximumConditionLength - 1)}…`
    : sanitizedText
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
