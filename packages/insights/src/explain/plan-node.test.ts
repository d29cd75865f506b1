import { describe, expect, test } from 'vitest'
import { nodesOf, readPlan } from './plan-node.js'
import { planProblem } from './plan-problem.js'
import { planText } from './plan-text.js'

const facts = { tableRows: new Map(), workMemoryBytes: 1, hashMemoryBytes: 1, returnedRows: undefined }
const scan = {
  'Node Type': 'Seq Scan',
  'Relation Name': 'a',
  'Plan Rows': 10,
  'Plan Width': 4,
  'Total Cost': 3,
}

describe('a plan is read', () => {
  test('as an object or as its text, and printed as EXPLAIN does', () => {
    const answer = [
      { Plan: { 'Node Type': 'Limit', 'Total Cost': 4, Plans: [{ ...scan, Filter: "(b = 'x')" }] } },
    ]
    const plan = readPlan(answer)
    expect(readPlan(JSON.stringify(answer))).toEqual(plan)
    expect(plan && planText(plan)).toBe(
      'Limit  (cost=4.00 rows=0 width=0)\n  ->  Seq Scan on a  (cost=3.00 rows=10 width=4)\n        Filter: (b = ?)',
    )
  })

  test('with the rows of all workers', () => {
    const answer = [{ Plan: { 'Node Type': 'Gather', 'Plan Rows': 30, 'Workers Planned': 2, Plans: [scan] } }]
    const plan = readPlan(answer)
    expect(plan && [...nodesOf(plan)].map(({ rows }) => rows)).toEqual([30, 30])
  })

  test('with long conditions cut', () => {
    const plan = readPlan([{ Plan: { ...scan, Filter: `(${'b OR '.repeat(1_000)}c)` } }])
    expect(plan?.conditions[0]?.[1]).toHaveLength(300)
  })

  test.each([undefined, null, 7, [], [7], [{}], [{ Plan: [] }]])('only if it is one: %j', (answer) => {
    expect(readPlan(answer)).toBeUndefined()
  })

  test('up to 200 steps', () => {
    const deep = (depth: number): object => ({ ...scan, Plans: depth > 1 ? [deep(depth - 1)] : [] })
    expect(readPlan([{ Plan: deep(200) }])).toBeDefined()
    expect(readPlan([{ Plan: deep(201) }])).toBeUndefined()
    expect(readPlan([{ Plan: deep(5_000) }])).toBeUndefined()
  })

  test('whatever its fields hold', () => {
    const odd = {
      'Node Type': 5,
      'Relation Name': {},
      'Plan Rows': 'many',
      'Total Cost': null,
      Filter: 7,
      Plans: [1, {}],
    }
    const plan = readPlan([{ Plan: odd }])
    expect(plan && planText(plan)).toBe(
      'Unknown  (cost=0.00 rows=0 width=0)\n  ->  Unknown  (cost=0.00 rows=0 width=0)',
    )
    expect(plan && planProblem(plan, facts)).toBeUndefined()
  })
})

test('a sort below a limit keeps the first rows only, and is no problem', () => {
  const sort = { 'Node Type': 'Sort', 'Sort Key': ['b'], 'Plan Rows': 1e6, 'Total Cost': 9, Plans: [scan] }
  const problem = (top: object): string | undefined => {
    const plan = readPlan([{ Plan: top }])
    return plan && planProblem(plan, facts)
  }
  expect(problem(sort)).toMatch(/^A sort by b of about 1,000,000 rows/)
  expect(problem({ 'Node Type': 'Limit', 'Total Cost': 10, Plans: [sort] })).toBeUndefined()
})
