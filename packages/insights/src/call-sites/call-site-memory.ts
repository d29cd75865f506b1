import type { CallSite } from '@pgspan/lifecycle'
import type { CallSiteSample } from './call-site-sample.js'

const maximumKeys = 1_500
/** So many equal answers in a row are asked for before they are believed to come again. */
const believedAnswers = 9
/** Those of one unit of work. */
const answersOfSample = 3
/** After this long the application may have changed its mind, in milliseconds. */
const believedMillis = 60_000

interface Memory {
  readonly since: number
  answers: number
  last: CallSite | undefined
  /** Units of work have had answers from several places. */
  isMixed: boolean
}

/**
 * Remembers who makes a repeated statement in units of work of one name.
 *
 * Reading an async stack costs some 20 µs. A loop that every request runs would pay for it in each of them; after nine
 * equal answers that one is given again, for a minute. Where the answers of one unit differ from each other, none is.
 */
export class CallSiteMemory {
  readonly #memories: Map<string, Memory> = new Map()

  /** The answer to give without asking, in an array; undefined if it has to be asked for. */
  recall(key: string, now: number): readonly [CallSite | undefined] | undefined {
    const memory = this.#memories.get(key)
    if (memory === undefined) return undefined
    if (now - memory.since > believedMillis) {
      this.#memories.delete(key)
      return undefined
    }
    return memory.isMixed || memory.answers < believedAnswers ? undefined : [memory.last]
  }

  remember(key: string, site: CallSite | undefined, now: number): void {
    this.#add(this.#memoryOf(key, now), site, 1)
  }

  /** All that one unit of work was answered about a statement. */
  rememberSample(key: string, sample: CallSiteSample, now: number): void {
    const memory = this.#memoryOf(key, now)
    if (sample.isOnePlace || sample.isUnknown) this.#add(memory, sample.first, answersOfSample)
    else memory.isMixed = true
  }

  #add(memory: Memory, site: CallSite | undefined, answers: number): void {
    if (memory.answers >= believedAnswers) return
    memory.answers = memory.answers > 0 && isSame(memory.last, site) ? memory.answers + answers : answers
    memory.last = site
  }

  #memoryOf(key: string, now: number): Memory {
    const known = this.#memories.get(key)
    if (known !== undefined) return known
    if (this.#memories.size >= maximumKeys) this.#memories.clear()
    const memory = { since: now, answers: 0, last: undefined, isMixed: false }
    this.#memories.set(key, memory)
    return memory
  }
}

/** What runs side by side comes in any order: answers that change from time to time are not remembered. */
function isSame(left: CallSite | undefined, right: CallSite | undefined): boolean {
  return left?.file === right?.file && left?.line === right?.line && left?.path === right?.path
}
