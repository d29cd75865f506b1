import type { CallSite } from '@pgspan/lifecycle'

const maximumKeys = 500
/** So many answers are asked for before they are believed to come again. */
const believedAnswers = 9
/** What is remembered is replayed in threes: as many as a repeated statement asks for. */
const replayed = 3
/** After this long the application may have changed its mind, in milliseconds. */
const believedMillis = 60_000

interface Memory {
  readonly answers: (CallSite | undefined)[]
  readonly since: number
  next: number
}

/**
 * Remembers who makes a repeated statement in units of work of one name.
 *
 * Reading an async stack costs some 20 µs. A loop that every request runs would pay for it in each of them; after nine
 * answers the last three are given again, for a minute.
 */
export class CallSiteMemory {
  readonly #memories: Map<string, Memory> = new Map()

  /** The answer to give without asking, in an array; undefined if it has to be asked for. */
  recall(key: string, now: number): readonly [CallSite | undefined] | undefined {
    const memory = this.#memories.get(key)
    if (memory === undefined || memory.answers.length < believedAnswers) return undefined
    if (now - memory.since > believedMillis) {
      this.#memories.delete(key)
      return undefined
    }
    const at = believedAnswers - replayed + (memory.next++ % replayed)
    return [memory.answers[at]]
  }

  remember(key: string, site: CallSite | undefined, now: number): void {
    let memory = this.#memories.get(key)
    if (memory === undefined) {
      if (this.#memories.size >= maximumKeys) this.#memories.clear()
      memory = { answers: [], since: now, next: 0 }
      this.#memories.set(key, memory)
    }
    if (memory.answers.length < believedAnswers) memory.answers.push(site)
  }
}
