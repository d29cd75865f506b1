import type { TreeNode } from './postgres-parser.ts'

/** Whether a value of the parse tree is a node or the fields of one. */
export function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The node of that type in a field, if it is one. */
export function nodeOf(value: unknown, type: string): TreeNode | undefined {
  if (!isNode(value)) return undefined
  const inner = value[type]
  return isNode(inner) ? inner : undefined
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/**
 * Visits every object of a tree from the outside in. The visitor gets each key and its value; what it returns says
 * whether to go on inside.
 */
export function walk(value: unknown, visit: (key: string, fields: TreeNode) => boolean): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit)
  else if (isNode(value)) {
    for (const [key, inner] of Object.entries(value)) {
      if (!isNode(inner) || visit(key, inner)) walk(inner, visit)
    }
  }
}
