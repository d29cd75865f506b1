import type { GroupFigures } from '../analysis/query-group.js'

/** What groups can be ordered by. */
export type GroupOrder = 'total' | 'mean' | 'max' | 'count' | 'rows' | 'failed'

const figureOf: Readonly<Record<GroupOrder, (group: GroupFigures) => number>> = {
  total: (group) => group.totalMillis,
  mean: (group) => group.meanMillis,
  max: (group) => group.maximumMillis,
  count: (group) => group.count,
  rows: (group) => group.rows,
  failed: (group) => group.failed,
}

/** Every {@link GroupOrder}. */
export const groupOrders: readonly GroupOrder[] = ['total', 'mean', 'max', 'count', 'rows', 'failed']

/** The groups with the largest figures first; of equal ones, those with more time. */
export function ordered<Group extends GroupFigures>(groups: readonly Group[], by: GroupOrder): Group[] {
  const figure = figureOf[by]
  return groups.toSorted((a, b) => figure(b) - figure(a) || b.totalMillis - a.totalMillis)
}

/** The groups that are among the first so many in any order; by total time. */
export function leading<Group extends GroupFigures>(groups: readonly Group[], most: number): Group[] {
  const all = new Set(groupOrders.flatMap((by) => ordered(groups, by).slice(0, most)))
  return ordered([...all], 'total')
}
