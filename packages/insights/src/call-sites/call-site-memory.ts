import type { CallSite } from '@pgspan/lifecycle'

const maximumKeys = 1_500
/** So many equal answers in a row are asked for before they are believed to come again. */
const believedAnswers = 9
/** After this long the application may have changed its mind, in milliseconds. */
const believedMillis = 60_000

interface Memory {
  readonly since: number
  answers: number
  last: CallSite | undefined
}

/**
 * Remembers who makes a repeated statement in units of work of one name.
 *
 * Reading an async stack costs some 20 µs. A loop that every request runs would pay for it in each of them; after nine
 * equal answers that one is given again, for a minute. Each of a unit's questions has a key of its own: the third
 * execution may come from another line than the fourth, and requests that run at once ask in any order.
 */
export class CallSiteMemory {
  readonly #memories: Map<string, Memory> = new Map()

  /** The answer to give without asking, in an array; undefined if it has to be asked for. */
  recall(key: string, now: number): readonly [CallSite | undefined] | undefined {
    const memory = this.#memories.get(key)
    if (memory === undefined || memory.answers < believedAnswers) return undefined
    if (now - memory.since <= believedMillis) return [memory.last]
    this.#memories.delete(key)
    return undefined
  }

  remember(key: string, site: CallSite | undefined, now: number): void {
    let memory = this.#memories.get(key)
    if (memory === undefined) {
      if (this.#memories.size >= maximumKeys) this.#memories.clear()
      memory = { since: now, answers: 0, last: undefined }
      this.#memories.set(key, memory)
    }
    if (memory.answers >= believedAnswers) return
    memory.answers = memory.answers > 0 && isSame(memory.last, site) ? memory.answers + 1 : 1
    memory.last = site
  }
}

/** What runs side by side comes in any order: answers that change from time to time are not remembered. */
function isSame(left: CallSite | undefined, right: CallSite | undefined): boolean {
  return left?.file === right?.file && left?.line === right?.line && left?.path === right?.path
}
