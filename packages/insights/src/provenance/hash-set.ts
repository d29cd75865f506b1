/**
 * A bounded set of 32-bit hashes: exact up to its limit, then closed.
 *
 * Open addressing with 0 as the free place; a hash is never 0. Doubles from 16 places on, at most half full.
 */
export class HashSet {
  readonly #limit: number
  #places: Uint32Array = new Uint32Array(16)
  #size = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#size
  }

  /** False if it was there, or if the set is full. */
  add(hash: number): boolean {
    const place = placeOf(this.#places, hash)
    if (this.#places[place] === hash || this.#size >= this.#limit) return false
    this.#places[place] = hash
    if (++this.#size * 2 > this.#places.length) this.#grow()
    return true
  }

  #grow(): void {
    const places = new Uint32Array(this.#places.length * 2)
    for (const hash of this.#places) if (hash !== 0) places[placeOf(places, hash)] = hash
    this.#places = places
  }
}

/** Where `hash` stands, or would. The number of places is a power of two. */
export function placeOf(places: Uint32Array, hash: number): number {
  const mask = places.length - 1
  let place = hash & mask
  while (places[place] !== 0 && places[place] !== hash) place = (place + 1) & mask
  return place
}
