import type { UnitActivity } from './unit-activity.js'

/** More of them in one unit of work share nothing and are not remembered. */
const maximumNotes = 64
const nothing: readonly never[] = []

/** What a detector remembers of units of work, by key, for as long as they last; outside any, nothing is remembered. */
export class PerUnit<Note> {
  readonly #notes: WeakMap<UnitActivity, Map<string, Note>> = new WeakMap()
  /** Most applications give many a detector nothing to remember. */
  #isUsed = false

  /** The note of this unit under this key, made if there is none. */
  of(activity: UnitActivity | undefined, key: string, make: () => Note): Note {
    if (activity === undefined) return make()
    let notes = this.#notes.get(activity)
    if (notes === undefined) {
      notes = new Map()
      this.#isUsed = true
      this.#notes.set(activity, notes)
    }
    const known = notes.get(key)
    if (known !== undefined) return known
    const note = make()
    if (notes.size < maximumNotes) notes.set(key, note)
    return note
  }

  all(activity: UnitActivity): Iterable<Note> {
    return (this.#isUsed ? this.#notes.get(activity)?.values() : undefined) ?? nothing
  }

  peek(activity: UnitActivity, key: string): Note | undefined {
    return this.#notes.get(activity)?.get(key)
  }
}
