import type { Token } from '../tokens/token.js'
import { TokenKind } from '../tokens/token-kind.js'
import type { FingerprintLanes } from './fingerprint-lanes.js'
import { type SanitizedTextWriter, TextMark } from './sanitized-text-writer.js'

const MAX_NESTED_LISTS = 64

/** One open list. One object per depth is made once and reused. */
class ListFrame {
  readonly parent: ListFrame | undefined
  #child: ListFrame | undefined
  /** The number of brackets around its items. */
  depth = -1
  isRows = false
  canCollapse = true
  /** The fingerprint before the list, and that of its distinct items. */
  outerA = 0
  outerB = 0
  listA = 0
  listB = 0
  hasItem = false
  itemA = 0
  itemB = 0
  itemHasParameter = false
  parametersBefore = 0
  /** The state before the comma that precedes the current item. */
  readonly mark = new TextMark()

  constructor(parent: ListFrame | undefined) {
    this.parent = parent
  }

  /** The frame one deeper. */
  get child(): ListFrame {
    this.#child ??= new ListFrame(this)
    return this.#child
  }
}

/**
 * Leaves out items that look like the one before, in `IN (…)`, `ARRAY[…]` and the rows of `VALUES`.
 *
 * Every item gets a hash of its own, so that the text is not read again. In the fingerprint all repetitions go; in
 * the text only those without parameters, because recorded parameters are matched with the `$n` of the text.
 */
export class ListCollapser {
  /** The depth of the innermost list's items, and the same if the list is one of rows; -1 without. */
  depth = -1
  rowsDepth = -1
  readonly #lanes: FingerprintLanes
  readonly #writer: SanitizedTextWriter
  /** Stands for no list. */
  readonly #root = new ListFrame(undefined)
  #frame: ListFrame = this.#root
  #open = 0
  #parameters = 0

  constructor(lanes: FingerprintLanes, writer: SanitizedTextWriter) {
    this.#lanes = lanes
    this.#writer = writer
  }

  begin(): void {
    this.#open = 0
    this.#frame = this.#root
    this.#parameters = 0
    this.#show()
  }

  /** Says that the current item holds a parameter. */
  countParameter(): void {
    this.#parameters++
  }

  /** Opens a list whose items stand inside of `depth` brackets. */
  open(depth: number, isRows: boolean): void {
    if (this.#open === MAX_NESTED_LISTS) return
    const lanes = this.#lanes
    const frame = this.#frame.child
    this.#open++
    this.#frame = frame
    frame.depth = depth
    frame.isRows = isRows
    frame.canCollapse = true
    frame.hasItem = false
    frame.outerA = lanes.a
    frame.outerB = lanes.b
    lanes.reset()
    frame.listA = lanes.a
    frame.listB = lanes.b
    frame.parametersBefore = this.#parameters
    this.#show()
  }

  /** Sees a word of the list. The first one may tell that it is a query, whose commas separate columns. */
  seeWord(token: Token): void {
    const { keyword, previousKind } = token
    if (previousKind !== TokenKind.OpenRound) return
    const isQuery = keyword === 'SELECT' || keyword === 'WITH' || keyword === 'VALUES' || keyword === 'TABLE'
    if (isQuery) this.#frame.canCollapse = false
  }

  /** Ends an item with the comma at `position`; false if the comma separates no items. */
  separate(position: number): boolean {
    const frame = this.#frame
    if (!frame.canCollapse) return false
    this.#endItem(frame, position)
    this.#lanes.reset()
    frame.parametersBefore = this.#parameters
    this.#writer.mark(frame.mark, position)
    return true
  }

  /** Ends the innermost list, whose last item ends before `position`. */
  close(position: number): void {
    const frame = this.#frame
    if (frame.parent === undefined) return
    this.#endItem(frame, position)
    frame.mark.clear()
    this.#lanes.a = frame.outerA
    this.#lanes.b = frame.outerB
    this.#lanes.add(frame.listA, frame.listB)
    this.#open--
    this.#frame = frame.parent
    this.#show()
  }

  /** Ends all lists that the text left open. */
  finish(position: number): void {
    while (this.#open > 0) this.close(position)
  }

  #endItem(frame: ListFrame, position: number): void {
    const lanes = this.#lanes
    const { a, b } = lanes
    const hasParameter = this.#parameters !== frame.parametersBefore
    if (frame.hasItem && frame.itemA === a && frame.itemB === b) {
      if (!hasParameter && !frame.itemHasParameter) this.#writer.leaveOut(frame.mark, position)
    } else {
      lanes.a = frame.listA
      lanes.b = frame.listB
      lanes.add(a, b)
      frame.listA = lanes.a
      frame.listB = lanes.b
    }
    frame.hasItem = true
    frame.itemA = a
    frame.itemB = b
    frame.itemHasParameter = hasParameter
  }

  #show(): void {
    const { depth, isRows } = this.#frame
    this.depth = depth
    this.rowsDepth = isRows ? depth : -1
  }
}
