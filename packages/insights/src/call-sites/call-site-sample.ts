import type { CallSite } from '@pgspan/lifecycle'

const leastSites = 3

/** What was answered before, in an array; undefined if it has to be asked for. */
type Recalled = readonly [CallSite | undefined] | undefined

/** The lines that made some executions of a statement, as far as anybody could tell. */
export class CallSiteSample {
  #asked = 0
  #answered = 0
  #known = 0
  #first: CallSite | undefined = undefined
  // Made at the first answer: most statements are not asked about.
  #places: Set<string> | undefined = undefined
  #recall: { readonly answer: Recalled } | undefined = undefined

  ask(): void {
    this.#asked++
  }

  answer(site: CallSite | undefined): void {
    this.#answered++
    if (site === undefined) return
    this.#known++
    this.#first ??= site
    this.#places ??= new Set()
    this.#places.add(tokenOf(site))
  }

  /** How many questions there were. */
  get asked(): number {
    return this.#asked
  }

  get first(): CallSite | undefined {
    return this.#first
  }

  /** Looks into the memory at the first question; what it said then holds for the others. */
  recallOnce(recall: () => Recalled): Recalled {
    this.#recall ??= { answer: recall() }
    return this.#recall.answer
  }

  /** All questions that there are of a group were asked and answered. */
  get isWhole(): boolean {
    return this.#asked === leastSites && this.isComplete
  }

  /** Nobody could tell of any. */
  get isUnknown(): boolean {
    return this.#known === 0
  }

  /** Every question is answered. */
  get isComplete(): boolean {
    return this.#answered === this.#asked
  }

  /** At least three executions are known to come from one place. */
  get isOnePlace(): boolean {
    return this.#known >= leastSites && this.#places?.size === 1
  }

  /** At least three executions are known, and some of them come from one place. */
  get isRepeated(): boolean {
    return this.#known >= leastSites && (this.#places?.size ?? 0) < this.#known
  }

  /** At least three executions are known, and each comes from another place. */
  get isScattered(): boolean {
    return this.#known >= leastSites && this.#places?.size === this.#known
  }
}

/** A finder that several places call is no loop, so callers count too where they are known. */
function tokenOf({ file, line, functionName, path }: CallSite): string {
  return `${file} ${line} ${functionName} ${path}`
}
