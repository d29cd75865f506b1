/** What an interval was spent with, the most telling first. */
export type ActivityKind = 'call' | 'query' | 'wait' | 'span'

interface Interval {
  readonly kind: ActivityKind
  readonly name: string
  readonly from: number
  readonly to: number
}

/** What most of a pause went into, and for how much of it, in milliseconds. */
export interface Explanation {
  readonly kind: ActivityKind
  readonly name: string
  readonly millis: number
}

const maximumIntervals = 16
/** What is shorter cannot explain a pause that matters, in milliseconds. */
export const leastInterval = 5
const explainingShare = 0.5
/** The clock of spans may be a little behind. */
const clockTolerance = 5

/** What the application did while a transaction was open: the latest 16 calls, queries elsewhere, waits and spans. */
export class Meanwhile {
  readonly #intervals: Interval[] = []

  note(kind: ActivityKind, name: string, from: number, to: number): void {
    if (to - from < leastInterval) return
    if (this.#intervals.length === maximumIntervals) this.#intervals.shift()
    this.#intervals.push({ kind, name, from, to })
  }

  /** What ran for at least half of this time, calls before spans around them; undefined if nothing did. */
  explain(from: number, to: number): Explanation | undefined {
    const sums = new Map<string, { kind: ActivityKind; name: string; millis: number }>()
    for (const interval of this.#intervals) {
      // A span around the whole of it explains nothing.
      if (interval.kind === 'span' && interval.from < from - clockTolerance) continue
      const millis = Math.min(to, interval.to) - Math.max(from, interval.from)
      if (millis <= 0) continue
      const key = `${interval.kind} ${interval.name}`
      const sum = sums.get(key) ?? { kind: interval.kind, name: interval.name, millis: 0 }
      sum.millis = Math.min(to - from, sum.millis + millis)
      sums.set(key, sum)
    }
    const enough = [...sums.values()].filter(({ millis }) => millis >= (to - from) * explainingShare)
    return enough.sort(
      (a, b) => Number(a.kind === 'span') - Number(b.kind === 'span') || b.millis - a.millis,
    )[0]
  }
}
