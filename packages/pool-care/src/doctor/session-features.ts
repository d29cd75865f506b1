import type { DatabaseTarget, Observer, QueryExecution, QueryShape } from '@pgspan/lifecycle'

/** What belongs to a session, by the text with literals replaced and comments left out. */
const features: readonly (readonly [feature: string, pattern: RegExp])[] = [
  ['LISTEN', /^\s*LISTEN\b/i],
  // PgBouncer carries these from one server connection to the next.
  [
    'SET',
    /^\s*SET\s+(?!LOCAL\b|TRANSACTION\b|CONSTRAINTS\b|SESSION\s+CHARACTERISTICS\b|(?:SESSION\s+)?(?:application_name|client_encoding|datestyle|timezone|time\s+zone|standard_conforming_strings)\b)/i,
  ],
  ['advisory lock of the session', /\bpg_(?:try_)?advisory_lock(?:_shared)?\s*\(/i],
  ['PREPARE', /^\s*PREPARE\s+(?!TRANSACTION\b)/i],
  ['temporary table', /^\s*CREATE\s+(?:LOCAL\s+|GLOBAL\s+)?TEMP(?:ORARY)?\b(?!.*\bON\s+COMMIT\s+DROP\b)/is],
  ['cursor WITH HOLD', /^\s*DECLARE\b.*\bWITH\s+HOLD\b/is],
]

const maximumTargets = 100

/** Which features that need a session of one's own an application uses, by database. */
export class SessionFeatures implements Observer {
  readonly name = 'session-features'
  readonly #used: Map<DatabaseTarget, Set<string>> = new Map()
  readonly #known: WeakMap<QueryShape, readonly string[]> = new WeakMap()

  queryStarted({ shape, connection }: QueryExecution): void {
    const known = this.#known.get(shape)
    if (known !== undefined && known.length === 0) return
    const used = known ?? this.#learn(shape)
    for (const feature of used) this.#usedBy(connection.target)?.add(feature)
  }

  of(target: DatabaseTarget): readonly string[] {
    return [...(this.#used.get(target) ?? [])]
  }

  /** Once per text. */
  #learn(shape: QueryShape): readonly string[] {
    const { sanitizedText } = shape
    const used = features.filter(([, pattern]) => pattern.test(sanitizedText)).map(([feature]) => feature)
    this.#known.set(shape, used)
    return used
  }

  #usedBy(target: DatabaseTarget): Set<string> | undefined {
    const known = this.#used.get(target)
    if (known !== undefined || this.#used.size >= maximumTargets) return known
    const used = new Set<string>()
    this.#used.set(target, used)
    return used
  }
}
