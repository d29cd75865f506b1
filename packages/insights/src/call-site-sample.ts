import type { CallSite } from '@pgspan/lifecycle'

const leastSites = 3

/** The lines that made some executions of a statement, as far as anybody could tell. */
export class CallSiteSample {
  #asked = 0
  #answered = 0
  #known = 0
  #first: CallSite | undefined = undefined
  #isOne = true

  ask(): void {
    this.#asked++
  }

  answer(site: CallSite | undefined): void {
    this.#answered++
    if (site === undefined) return
    this.#known++
    if (this.#first === undefined) this.#first = site
    else if (tokenOf(site) !== tokenOf(this.#first)) this.#isOne = false
  }

  get first(): CallSite | undefined {
    return this.#first
  }

  /** Every question is answered. */
  get isComplete(): boolean {
    return this.#answered === this.#asked
  }

  /** At least three executions are known to come from one place. */
  get isOnePlace(): boolean {
    return this.#known >= leastSites && this.#isOne
  }
}

/** No line for a named function: its lines move with every edit, and a loop may be in one that calls it. */
function tokenOf(site: CallSite): string {
  return `${site.file} ${site.functionName ?? site.line}`
}
