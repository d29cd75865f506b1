import { roundMillis } from '../round-millis.js'
import { type KeptText, KeptTexts } from './kept-texts.js'
import type { RecentQuery } from './recent-unit.js'
import { figuresPerQuery, type ListedError, type UnitTimeline, unknownRows } from './unit-timeline.js'

/** A power of two, as every capacity. */
const firstCapacity = 256
/** Its figures, and a reference to its text. */
const bytesPerQuery = figuresPerQuery * 8 + 8

/** Queries that were kept together. */
export interface KeptRun {
  /** The number of the first one; they count up. */
  readonly first: number
  readonly listed: number
  /** By index; hardly any. */
  readonly errors: UnitTimeline['errors']
}

/**
 * The queries of a history, the oldest first, in a ring: seven numbers and a reference each. An object each would cost
 * five times as much, and whatever is new and stays is copied twice before it is old.
 */
export class KeptQueries {
  readonly #texts: KeptTexts = new KeptTexts()
  #figures: Float64Array = new Float64Array(firstCapacity * figuresPerQuery)
  #kept: (KeptText | undefined)[] = emptyPlaces(firstCapacity)
  #count = 0
  /** The number of the oldest one, and its place. */
  #oldest = 0
  #start = 0

  get bytes(): number {
    return this.#count * bytesPerQuery + this.#texts.bytes
  }

  /** Keeps what is listed; returns the number of the first query. */
  add(timeline: UnitTimeline): number {
    const { figures, listed } = timeline
    const first = this.#oldest + this.#count
    while (this.#count + listed > this.#kept.length) this.#grow()
    for (let i = 0; i < listed; i++) {
      const shape = timeline.shapeAt(i)
      if (shape === undefined) continue
      const place = this.#placeOf(this.#count++)
      this.#kept[place] = this.#texts.keep(shape)
      const to = place * figuresPerQuery
      const from = i * figuresPerQuery
      for (let n = 0; n < figuresPerQuery; n++) this.#figures[to + n] = figures[from + n] ?? 0
    }
    return first
  }

  /** Forgets the oldest ones. */
  drop(count: number): void {
    for (let i = 0; i < count; i++) {
      const place = this.#placeOf(i)
      const text = this.#kept[place]
      if (text !== undefined) this.#texts.letGo(text)
      this.#kept[place] = undefined
    }
    this.#start = this.#placeOf(count)
    this.#oldest += count
    this.#count -= count
  }

  queriesOf({ first, listed, errors }: KeptRun): readonly RecentQuery[] {
    return Array.from({ length: listed }, (_, index) => {
      const place = this.#placeOf(first - this.#oldest + index)
      return this.#queryAt(place, errors?.get(index))
    }).filter((query) => query !== undefined)
  }

  #queryAt(place: number, error: ListedError | undefined): RecentQuery | undefined {
    const shape = this.#kept[place]?.shape
    if (shape === undefined) return undefined
    const at = (figure: number): number => this.#figures[place * figuresPerQuery + figure] ?? 0
    const [execution, rows] = [at(3), at(6)]
    return {
      fingerprint: shape.fingerprint,
      summary: shape.summary,
      statement: error?.statement ?? shape.sanitizedText,
      startMillis: roundMillis(at(0)),
      durationMillis: roundMillis(at(5)),
      poolWaitMillis: roundMillis(at(1)),
      queueMillis: roundMillis(at(2)),
      executionMillis: Number.isNaN(execution) ? undefined : roundMillis(execution),
      consumerMillis: roundMillis(at(4)),
      rows: rows === unknownRows ? undefined : rows,
      errorCode: error?.code,
    }
  }

  #placeOf(index: number): number {
    return (this.#start + index) & (this.#kept.length - 1)
  }

  #grow(): void {
    const kept = emptyPlaces(2 * this.#kept.length)
    const figures = new Float64Array(kept.length * figuresPerQuery)
    for (let i = 0; i < this.#count; i++) {
      const place = this.#placeOf(i)
      kept[i] = this.#kept[place]
      const from = place * figuresPerQuery
      figures.set(this.#figures.subarray(from, from + figuresPerQuery), i * figuresPerQuery)
    }
    this.#kept = kept
    this.#figures = figures
    this.#start = 0
  }
}

function emptyPlaces(count: number): (KeptText | undefined)[] {
  return new Array<KeptText | undefined>(count).fill(undefined)
}
