import { analyzeQueryText } from '../src/analyze-query-text.ts'
import type { ParameterSlot } from '../src/query-shape.ts'

/** `$1 eq users.id`, `'x' in name`, `5 limit`: one slot as text. */
function describeSlot(slot: ParameterSlot): string {
  const value = slot.parameter > 0 ? `$${slot.parameter}` : `'${slot.literal}'`
  const column = slot.qualifier === undefined ? slot.column : `${slot.qualifier}.${slot.column}`
  return [value, slot.role, column].filter((part) => part !== undefined).join(' ')
}

/** The slots of a text, each as text. */
export function slotsOf(text: string): string[] {
  return analyzeQueryText(text).slots.map(describeSlot)
}
