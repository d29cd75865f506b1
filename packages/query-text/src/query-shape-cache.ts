import { analyzeResolved } from './analyze-query-text.js'
import type { AnalyzedQueryText } from './query-shape.js'
import { type QueryTextOptions, resolveQueryTextOptions } from './query-text-options.js'
import type { ScanOptions } from './statement-scanner.js'
import { copyOf, MAX_KEPT_TEXT } from './text/detached-text.js'
import { weightOf } from './text/kept-weight.js'

const MAX_SHAPES = 500
/** Of one generation, in the characters of {@link weightOf}. */
const MAX_WEIGHT = 1_000_000
const MAX_VARIANTS = 8
const MAX_COUNTED_FINGERPRINTS = 1_000

/**
 * Shapes of query texts, kept so that a text is read once and not once per query.
 *
 * Two generations of at most 500 texts and a million characters each, all in all at most 5 MB: when the young one is
 * full, it becomes the old one, and what is asked for again moves back. Sanitised texts that differ from theirs count
 * too, values count for 50 characters each, and texts with characters beyond Latin-1 count twice. Texts longer than
 * 4,096 characters are never kept: they would hold too much memory, and V8 hashes strings only by their length from
 * 16,384 characters on. Nor are more than eight texts of one fingerprint that have literals or comments: an application
 * that writes its values, or the ids of its traces, into the text would fill the cache with texts that never come back.
 *
 * A hit costs about 50 ns for a string that was asked for before, and 1.5 ns per character for a new one, which V8
 * must hash.
 */
export class QueryShapeCache {
  readonly #options: ScanOptions
  #young = new Map<string, AnalyzedQueryText>()
  #old = new Map<string, AnalyzedQueryText>()
  #weight = 0
  /** How many texts with literals or comments were kept per fingerprint. */
  readonly #variants = new Map<string, number>()

  constructor(options?: QueryTextOptions) {
    this.#options = resolveQueryTextOptions(options)
  }

  /** The shape of `text`: the same object as long as the cache keeps it. */
  shapeOf(text: string): AnalyzedQueryText {
    const known = this.#young.get(text)
    if (known !== undefined) return known
    if (typeof text !== 'string' || text.length > MAX_KEPT_TEXT) return analyzeResolved(text, this.#options)
    const aged = this.#old.get(text)
    if (aged !== undefined) {
      this.#keep(copyOf(text), aged)
      return aged
    }
    const shape = analyzeResolved(text, this.#options)
    const canVary = shape.hasLiterals || shape.hasComment
    if (canVary && !this.#admits(shape.fingerprint)) return shape
    // A text can be a slice of a large one, and so can what was cut out of it: a copy is what is kept.
    const own = copyOf(text)
    const kept = analyzeResolved(own, this.#options)
    this.#keep(own, kept)
    return kept
  }

  #keep(text: string, shape: AnalyzedQueryText): void {
    const weight = weightOf(text, shape)
    if (this.#young.size === MAX_SHAPES || this.#weight + weight > MAX_WEIGHT) {
      this.#old = this.#young
      this.#young = new Map()
      this.#weight = 0
    }
    this.#young.set(text, shape)
    this.#weight += weight
  }

  #admits(fingerprint: string): boolean {
    const counts = this.#variants
    const count = (counts.get(fingerprint) ?? 0) + 1
    if (count > MAX_VARIANTS) return false
    if (counts.size === MAX_COUNTED_FINGERPRINTS) counts.clear()
    counts.set(fingerprint, count)
    return true
  }
}
