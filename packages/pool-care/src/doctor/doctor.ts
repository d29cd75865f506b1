import { diag } from '@opentelemetry/api'
import { type Observer, type PoolView, processState } from '@pgspan/lifecycle'
import { checkOptions, countAboveZero, type OptionCheck } from '../checked-options.js'
import { keepAliveWhile } from '../keep-alive.js'
import { checkConfiguration } from './configuration-checks.js'
import type { Diagnosis } from './diagnosis.js'
import { PoolOrigins } from './pool-origins.js'
import { ReadOnlyWrites } from './read-only-writes.js'
import { checkServers } from './server-checks.js'
import { SessionFeatures } from './session-features.js'

/** Options of {@link startDoctor}. */
export interface DoctorOptions {
  /** How many processes like this one there are: limits of pools are multiplied. @defaultValue 1 */
  readonly instances?: number
  /** Each diagnosis is told once, a moment after its pool has appeared, through `diag`. @defaultValue false */
  readonly announces?: boolean
}

/** What {@link startDoctor} started. */
export interface Doctor {
  /** What can be told without asking a server. */
  readonly diagnoses: readonly Diagnosis[]
  /**
   * Asks the server behind each pool too, over a connection of its own. A server that cannot be asked makes a note,
   * not an error.
   */
  examine(): Promise<readonly Diagnosis[]>
  close(): void
}

const checks: { [Option in keyof Required<DoctorOptions>]: OptionCheck } = {
  instances: countAboveZero,
  announces: [(value) => typeof value === 'boolean', 'true or false'],
}

/** An application makes its pools first, and listens to them afterwards. */
const announcePauseMillis = 1_000
const maximumAnnounced = 100

/**
 * Looks at how pools are set up and used from now on, pools that are there included: misconfigurations that fail in
 * bad times, with their consequence and their remedy.
 *
 * Costs a look-up per query: what needs a session of its own is known once per text.
 *
 * @throws TypeError for a wrong option.
 */
export function startDoctor(options: DoctorOptions = {}): Doctor {
  checkOptions('startDoctor', options, checks)
  const { instances = 1, announces = false } = options
  const { dispatcher } = processState()
  const origins = new PoolOrigins()
  const features = new SessionFeatures()
  const writes = new ReadOnlyWrites()
  const diagnose = (): Diagnosis[] => [
    ...[...dispatcher.pools].flatMap((pool) => checkConfiguration(pool)),
    ...origins.diagnoses(),
    ...writes.diagnoses(),
  ]
  const announcer = announces ? [new Announcer(diagnose)] : []
  const stops = [origins, features, writes, ...announcer].map((observer) => dispatcher.attach(observer))
  return {
    get diagnoses() {
      return diagnose()
    },
    async examine() {
      const ofServers = await keepAliveWhile(checkServers([...dispatcher.pools], instances, features))
      return [...diagnose(), ...ofServers]
    },
    close() {
      for (const stop of stops) stop()
    },
  }
}

class Announcer implements Observer {
  readonly name = 'doctor'
  readonly #diagnose: () => readonly Diagnosis[]
  readonly #announced: Set<string> = new Set()
  #timer: NodeJS.Timeout | undefined = undefined

  constructor(diagnose: () => readonly Diagnosis[]) {
    this.#diagnose = diagnose
  }

  poolAppeared(_pool: PoolView): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#announce()
    }, announcePauseMillis).unref()
  }

  #announce(): void {
    for (const { check, severity, subject, problem, consequence, remedy } of this.#diagnose()) {
      const key = `${check} ${subject}`
      if (severity === 'note' || this.#announced.has(key) || this.#announced.size >= maximumAnnounced)
        continue
      this.#announced.add(key)
      diag.warn(`pgspan: ${subject}: ${problem} ${consequence} Remedy: ${remedy}`)
    }
  }
}
