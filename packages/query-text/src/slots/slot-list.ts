import type { ParameterSlot, SlotRole } from '../query-shape.js'
import type { ColumnReference } from './column-reference.js'

const MAX_SLOTS = 64

/** In place of the position of a slot: none is meant. */
export const NO_SLOT = -1

/** The slots of a text, of which later tokens may amend the last ones; the first 64. */
export class SlotList {
  #slots: ParameterSlot[] = []

  begin(): void {
    this.#slots = []
  }

  get size(): number {
    return this.#slots.length
  }

  get isFull(): boolean {
    return this.#slots.length === MAX_SLOTS
  }

  /** Hands the slots over. */
  take(): ParameterSlot[] {
    const slots = this.#slots
    this.#slots = []
    return slots
  }

  add(
    role: SlotRole,
    column: ColumnReference,
    text: string,
    parameter: number,
    literal: string | undefined,
  ): void {
    this.#slots.push(createSlot(role, column.name(text), column.qualifier(text), parameter, literal))
  }

  /** What the slot at `position` is for turned out to be something else. */
  amend(position: number, role: SlotRole, column: ColumnReference, text: string): void {
    const slot = this.#slots[position]
    if (slot === undefined) return
    const { parameter, literal } = slot
    this.#slots[position] = createSlot(role, column.name(text), column.qualifier(text), parameter, literal)
  }

  /** The slot at `position` is compared with something. */
  compares(position: number): boolean {
    const role = this.#slots[position]?.role
    return role !== undefined && isComparison(role)
  }

  /** Takes the columns of the slots from `position` on. */
  dropColumns(position: number): void {
    for (let at = position; at < this.#slots.length; at++) {
      const slot = this.#slots[at]
      if (slot === undefined) return
      this.#slots[at] = createSlot(slot.role, undefined, undefined, slot.parameter, slot.literal)
    }
  }
}

/** A value with this role is compared with something, and is all of what is compared. */
export function isComparison(role: SlotRole): boolean {
  return role === 'eq' || role === 'in' || role === 'any' || role === 'range' || role === 'like'
}

/** The one place that makes slots, so that all have one hidden class. */
function createSlot(
  role: SlotRole,
  column: string | undefined,
  qualifier: string | undefined,
  parameter: number,
  literal: string | undefined,
): ParameterSlot {
  return Object.freeze({ role, column, qualifier, parameter, literal })
}
