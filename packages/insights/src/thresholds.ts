import type { UnitOfWork } from '@pgspan/lifecycle'
import { type KindOfWork, kindOfWork, kindsOfWork } from './units/kind-of-work.js'

/** One figure for everything, or one for each kind of work; `false` or 0 for never. */
export type ThresholdOption = number | false | { readonly [Kind in KindOfWork]?: number | false }

/** A threshold for each kind of work; infinite where there is none. */
export class Thresholds {
  /** The lowest of all: what is below needs no further look. */
  readonly least: number
  readonly #byKind: Readonly<Record<KindOfWork, number>>

  constructor(byKind: Readonly<Record<KindOfWork, number>>) {
    this.#byKind = byKind
    this.least = Math.min(...kindsOfWork.map((kind) => byKind[kind]))
  }

  get isOff(): boolean {
    return this.least === Number.POSITIVE_INFINITY
  }

  of(unit: UnitOfWork | undefined): number {
    return this.#byKind[kindOfWork(unit)]
  }
}
