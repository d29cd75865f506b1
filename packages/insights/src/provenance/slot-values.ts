import type { ParameterSlot, QueryShape, SlotRole } from '@pgspan/lifecycle'
import { isPlainValue } from '../feeds/plain-value.js'
import { combineHashes, hashValue, opaqueValue } from './value-hash.js'

const maximumSlots = 64
/** A shape keeps this much of a literal. */
const maximumLiteralLength = 128
/** Equal to nothing, as any symbol. */
const cutLiteral: unique symbol = Symbol('cut literal')

/**
 * The values of one execution as hashes, slot by slot.
 *
 * One object is filled again for every query, so that reading values allocates nothing. A literal in the text is the
 * value of its slot. The hashes of a list with several members are in {@link listHash} only.
 */
export class SlotValues {
  readonly hashes: Float64Array = new Float64Array(maximumSlots)
  count = 0
  /** False if the statement has parameters whose values nobody handed over. */
  isKnown = false
  /** The values that select rows by identity, together; {@link opaqueValue} if one of them is no single value. */
  keyHash = 0
  /** The first value that selects rows by identity; 0 if there is none. */
  firstKey = 0
  /** All values together; {@link opaqueValue} if one of them is no single value. */
  allHash = 0
  /** All values that select rows could as well be constants of the code. */
  isPlain = true
  /** The members of `IN (…)` or `= ANY(…)` lists of more than one. */
  listHash = 0

  readonly #readings: WeakMap<QueryShape, readonly SlotReading[]> = new WeakMap()
  /** A loop asks for the same again and again. */
  #latestShape: QueryShape | undefined = undefined
  #latest: readonly SlotReading[] = []

  read(shape: QueryShape, values: readonly unknown[] | undefined): void {
    this.#clear()
    if (shape !== this.#latestShape) {
      this.#latest = this.#readingsOf(shape)
      this.#latestShape = shape
    }
    for (const reading of this.#latest) {
      if (reading.parameter === 0) this.#takeLiteral(reading)
      else if (values !== undefined) this.#takeParameter(reading, values[reading.parameter - 1])
      else {
        this.isKnown = false
        return
      }
    }
  }

  /** The text has placeholders that stand for values nobody knows. */
  forget(): void {
    this.isKnown = false
  }

  /** The hashes of this execution, for who keeps them. */
  copy(): readonly number[] {
    // Exactly as long as needed, unlike one that grows.
    const hashes = new Array<number>(this.count)
    for (let i = 0; i < this.count; i++) hashes[i] = this.hashes[i] ?? 0
    return hashes
  }

  #readingsOf(shape: QueryShape): readonly SlotReading[] {
    let readings = this.#readings.get(shape)
    if (readings === undefined) {
      readings = readingsOf(shape)
      this.#readings.set(shape, readings)
    }
    return readings
  }

  #clear(): void {
    this.count = 0
    this.isKnown = true
    this.keyHash = 1
    this.firstKey = 0
    this.allHash = 1
    this.listHash = 0
    this.isPlain = true
  }

  #takeLiteral(reading: SlotReading): void {
    if (!reading.isPlain) this.isPlain = false
    this.#take(reading, reading.hash, reading.isList)
  }

  #takeParameter(reading: SlotReading, value: unknown): void {
    const members = reading.mayBeArray ? arrayOf(value) : undefined
    if (reading.selects && this.isPlain)
      this.isPlain = isPlainValue(members === undefined ? value : members[0])
    if (members === undefined) this.#take(reading, hashValue(value), reading.isList)
    else this.#take(reading, hashMembers(members), reading.isList || members.length !== 1)
  }

  #take({ selects }: SlotReading, hash: number, isList: boolean): void {
    this.hashes[this.count++] = hash
    this.allHash = merge(this.allHash, hash)
    if (isList) this.listHash = combineHashes(this.listHash, hash)
    else if (selects) {
      this.keyHash = merge(this.keyHash, hash)
      this.firstKey ||= hash
    }
  }
}

/** True for slots whose values select rows by identity; a function's arguments do if nothing else does. */
export function selects(role: SlotRole, hasIdentity: boolean): boolean {
  return hasIdentity ? isIdentity(role) : role === 'argument'
}

export function isIdentity(role: SlotRole): boolean {
  return role === 'eq' || role === 'in' || role === 'any'
}

/** How to read the value of one slot; made once per shape. */
interface SlotReading {
  /** 0 for a literal, whose hash is known. */
  readonly parameter: number
  readonly hash: number
  readonly isList: boolean
  readonly mayBeArray: boolean
  readonly selects: boolean
  /** Of a literal that selects rows: it could as well be a constant of the code. */
  readonly isPlain: boolean
}

function readingsOf({ slots, sanitizedText }: QueryShape): readonly SlotReading[] {
  const hasIdentity = slots.some((slot) => isIdentity(slot.role))
  const listed = listedSlots(slots, sanitizedText)
  return slots.slice(0, maximumSlots).map((slot) => {
    const mayBeArray = slot.role === 'any' || (slot.role === 'argument' && !hasIdentity)
    const literal = slot.parameter > 0 ? undefined : literalOf(slot)
    const members = mayBeArray ? arrayOf(literal) : undefined
    const doesSelect = selects(slot.role, hasIdentity)
    return {
      parameter: slot.parameter,
      hash: members === undefined ? hashValue(literal) : hashMembers(members),
      isList: listed.has(slot) || (members !== undefined && members.length !== 1),
      mayBeArray,
      selects: doesSelect,
      isPlain: !doesSelect || literal === undefined || isPlainValue(members?.[0] ?? literal),
    }
  })
}

function literalOf(slot: ParameterSlot): unknown {
  return (slot.literal?.length ?? 0) < maximumLiteralLength ? slot.literal : cutLiteral
}

function merge(all: number, hash: number): number {
  return all === opaqueValue || hash === opaqueValue ? opaqueValue : combineHashes(all, hash)
}

/** `OR` joins two keys of one row as often as a list of keys; three are a list. */
const leastAlternatives = 3

/**
 * The slots of lists: `IN ($1, $2)`, `(a, b) IN (($1, $2), ($3, $4))`, `a = $1 OR a = $2 OR a = $3`. `IN ($1)` compares
 * with one value.
 */
function listedSlots(slots: readonly ParameterSlot[], text: string): ReadonlySet<ParameterSlot> {
  const listed = new Set<ParameterSlot>()
  const mayAlternate = /\bor\b/i.test(text) && text.match(/\bselect\b/gi)?.length === 1
  for (const slot of slots.slice(0, maximumSlots)) {
    const { role } = slot
    if (role !== 'in' && (role !== 'eq' || !mayAlternate)) continue
    const members = slots.filter((other) => isSameList(slot, other))
    if (members.length >= (role === 'in' ? 2 : leastAlternatives)) listed.add(slot)
  }
  return listed
}

function isSameList(slot: ParameterSlot, other: ParameterSlot): boolean {
  if (other.role !== slot.role || other.column !== slot.column || other.qualifier !== slot.qualifier)
    return false
  return other === slot || slot.parameter === 0 || other.parameter !== slot.parameter
}

/** A document is one value, whatever it holds. */
const document = /^\{\s*"[^"]*"\s*:/
/** Ids with commas between, as `string_to_array` takes them. */
const joinedIds = /^[\w-]+(?:,[\w-]+)+$/

/** The members of an array parameter, which may also come as a text: `{1,2}`, `[1,2]` or `1,2`. */
function arrayOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value
  if (typeof value !== 'string') return undefined
  const [first, last] = [value.charAt(0), value.at(-1)]
  if ((first === '{' && last === '}' && !document.test(value)) || (first === '[' && last === ']')) {
    return value.length === 2 ? [] : value.slice(1, -1).split(',', maximumSlots)
  }
  return joinedIds.test(value) ? value.split(',', maximumSlots) : undefined
}

function hashMembers(members: readonly unknown[]): number {
  if (members.length === 1) return hashValue(members[0])
  let hash = 1
  for (let i = 0; i < members.length && i < maximumSlots; i++) hash = merge(hash, hashValue(members[i]))
  return merge(hash, hashValue(members.length))
}
