import type { PlanNode } from './plan-node.js'

const maximumLength = 4_000

/** A plan as `EXPLAIN` prints it, without values, cut at 4,000 characters. */
export function planText(plan: PlanNode): string {
  const text = linesOf(plan, '', '').join('\n')
  return text.length > maximumLength ? `${text.slice(0, maximumLength - 1)}…` : text
}

function linesOf(node: PlanNode, indent: string, arrow: string): string[] {
  const inner = arrow === '' ? '  ' : `${indent}      `
  return [
    `${indent}${arrow}${titleOf(node)}  (cost=${node.cost.toFixed(2)} rows=${node.rows} width=${node.width})`,
    ...node.conditions.map(([name, text]) => `${inner}${name}: ${text}`),
    ...node.children.flatMap((child) => linesOf(child, inner, '->  ')),
  ]
}

/** `Index Scan using orders_pkey on orders`. */
export function titleOf({ type, relation, index }: PlanNode): string {
  return [type, index && `using ${index}`, relation && `on ${relation}`].filter(Boolean).join(' ')
}
