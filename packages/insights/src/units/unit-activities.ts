import type { UnitOfWork } from '@pgspan/lifecycle'
import { UnitActivity } from './unit-activity.js'

/**
 * What happened in units of work that have not ended, the oldest first.
 *
 * It is kept at the unit itself, and in a map only to be counted: a query asks for it three times, and a map costs
 * three times as much. Other insights of the same process may have been faster; theirs are at the unit then.
 */
export class UnitActivities {
  readonly #all: Map<UnitOfWork, UnitActivity> = new Map()

  get size(): number {
    return this.#all.size
  }

  get all(): Iterable<UnitActivity> {
    return this.#all.values()
  }

  of(unit: UnitOfWork): UnitActivity | undefined {
    if (unit.observationOwner !== this) return this.#all.get(unit)
    const { observation } = unit
    return observation instanceof UnitActivity ? observation : undefined
  }

  open(unit: UnitOfWork): UnitActivity {
    const activity = new UnitActivity(unit)
    this.#all.set(unit, activity)
    unit.observationOwner ??= this
    if (unit.observationOwner === this) unit.observation = activity
    return activity
  }

  drop(unit: UnitOfWork): void {
    this.#all.delete(unit)
    if (unit.observationOwner === this) unit.observation = undefined
  }
}
