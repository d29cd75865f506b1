import { type Listeners, listenersOf } from './listeners.js'
import type { CheckoutStacks, Observer } from './observer.js'

/** Who is attached to a dispatcher, and who of them sleeps. */
export class AttachedObservers {
  #observers: readonly Observer[] = []
  readonly #isAsleep: Map<Observer, () => boolean> = new Map()
  /** Each question once: the recorders of one instrumentation have the same. */
  #questions: readonly (() => boolean)[] = []
  #areListening = false
  #makesQuerySpans = false
  #checkoutStacks: CheckoutStacks = 'never'
  /** Who listens to what: most observers listen to little, and a query makes five events. */
  #listeners: Listeners = listenersOf([], () => true)

  add(observer: Observer, isAsleep: (() => boolean) | undefined): void {
    if (isAsleep !== undefined) this.#isAsleep.set(observer, isAsleep)
    this.#update([...this.#observers, observer])
  }

  remove(observer: Observer): void {
    this.#isAsleep.delete(observer)
    this.#update(this.#observers.filter((other) => other !== observer))
  }

  get listeners(): Listeners {
    return this.#listeners
  }

  get areThere(): boolean {
    return this.#observers.length > 0
  }

  /** Looks whether somebody has woken. Costs a comparison if nobody sleeps. */
  get areListening(): boolean {
    if (this.#questions.length > 0 && !this.#questions.every(saysYes)) this.#update(this.#observers)
    return this.#areListening
  }

  get makesQuerySpans(): boolean {
    return this.#makesQuerySpans
  }

  /** What they want at most. */
  get checkoutStacks(): CheckoutStacks {
    return this.#checkoutStacks
  }

  #update(observers: readonly Observer[]): void {
    for (const [observer, isAsleep] of this.#isAsleep) {
      if (!saysYes(isAsleep)) this.#isAsleep.delete(observer)
    }
    const awake = observers.filter((observer) => !this.#isAsleep.has(observer))
    this.#observers = observers
    this.#questions = [...new Set(this.#isAsleep.values())]
    this.#areListening = awake.length > 0
    this.#makesQuerySpans = awake.some((observer) => observer.makesQuerySpans)
    this.#checkoutStacks = mostOf(awake.map((observer) => observer.checkoutStacks))
    this.#listeners = listenersOf(observers, (observer) => awake.includes(observer))
  }
}

/** A question that throws must not reach the application: whoever asks it is awake, and is told what is wrong there. */
function saysYes(question: () => boolean): boolean {
  try {
    return question()
  } catch {
    return false
  }
}

function mostOf(stacks: readonly (CheckoutStacks | undefined)[]): CheckoutStacks {
  if (stacks.includes('always')) return 'always'
  return stacks.includes('sampled') ? 'sampled' : 'never'
}
