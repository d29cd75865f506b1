import type { ObservedQuery } from './observed-query.js'
import type { QueryGroup } from './query-group.js'

/** So many are looked through; more get an index. */
const fewGroups = 8

/**
 * The groups of one unit of work, by statement, database and what the code around ignores.
 *
 * A loop finds its group by one comparison, and a unit with few statements needs no map.
 */
export class QueryGroups {
  #all: QueryGroup[] = []
  #latest: QueryGroup | undefined = undefined
  /** By fingerprint, those that are alike the first one but for the statement. */
  #index: Map<string, QueryGroup> | undefined = undefined

  /** In the order of their first executions. */
  get all(): readonly QueryGroup[] {
    return this.#all
  }

  of(query: ObservedQuery): QueryGroup | undefined {
    const latest = this.#latest
    if (latest !== undefined && latest.shape === query.shape && isAlike(latest, query)) return latest
    this.#latest = this.#find(query)
    return this.#latest
  }

  /** @param over the group in whose place it comes. */
  add(group: QueryGroup, over: QueryGroup | undefined): void {
    this.#latest = group
    if (over !== undefined) this.#all[this.#all.indexOf(over)] = group
    // Most units have few statements, and an array that is made to grow takes room for many.
    else if (this.#all.length === 0) this.#all = [group]
    else this.#all.push(group)
    if (this.#index !== undefined) this.#note(group)
    else if (this.#all.length > fewGroups) {
      this.#index = new Map()
      for (const each of this.#all) this.#note(each)
    }
  }

  #find(query: ObservedQuery): QueryGroup | undefined {
    const { fingerprint } = query.shape
    const [first] = this.#all
    if (first === undefined) return undefined
    if (this.#index !== undefined && isAlike(first, query)) return this.#index.get(fingerprint)
    for (const group of this.#all) {
      if (group.shape.fingerprint === fingerprint && isAlike(group, query)) return group
    }
    return undefined
  }

  #note(group: QueryGroup): void {
    const [first] = this.#all
    if (first !== undefined && isAlike(first, group)) this.#index?.set(group.shape.fingerprint, group)
  }
}

/** There is hardly ever a second database, or code that ignores findings. */
function isAlike(group: QueryGroup, other: Pick<QueryGroup, 'target' | 'ignoredFindings'>): boolean {
  return group.target === other.target && group.ignoredFindings === other.ignoredFindings
}
