import { createNoopMeter, type MeterProvider } from '@opentelemetry/api'
import { JoinedMeterProvider } from './joined-meter-provider.js'

/**
 * The meter providers that receive what pgspan records beside the one that is set or registered: the metrics endpoint's.
 *
 * They are not registered with the api, which has one place: an SDK that the application starts later would not get it.
 */
export class FurtherMeterProviders {
  /** With how often each was added. */
  readonly #added: Map<MeterProvider, number> = new Map()
  /** How many want that nothing but what was added receives anything. */
  #exclusions = 0
  #joined: WeakMap<MeterProvider, MeterProvider> = new WeakMap()
  // Asked for at each measurement, nearly always with the same.
  #lastAsked: MeterProvider | undefined = undefined
  #lastJoined: MeterProvider | undefined = undefined

  get all(): readonly MeterProvider[] {
    return [...this.#added.keys()]
  }

  /** May be called several times for one provider. */
  add(provider: MeterProvider): void {
    this.#added.set(provider, (this.#added.get(provider) ?? 0) + 1)
    this.#forget()
  }

  /** Takes back one call of {@link add}. */
  remove(provider: MeterProvider): void {
    const left = (this.#added.get(provider) ?? 0) - 1
    if (left > 0) this.#added.set(provider, left)
    else this.#added.delete(provider)
    this.#forget()
  }

  /**
   * Keeps what pgspan records from the providers that are set or registered, until the function that it returns is called:
   * their readers get it otherwise. Without effect as long as none is added.
   */
  excludeOthers(): () => void {
    this.#exclusions++
    this.#forget()
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.#exclusions--
      this.#forget()
    }
  }

  /**
   * What to record to in place of a provider: itself, unless others are excluded, and those that were added, each once; the
   * same object as long as none is added or removed. Costs a comparison.
   */
  joinedTo(provider: MeterProvider): MeterProvider {
    if (provider === this.#lastAsked && this.#lastJoined !== undefined) return this.#lastJoined
    const joined =
      this.#joined.get(provider) ?? this.#join(provider, this.#exclusions > 0 && this.#added.size > 0)
    this.#joined.set(provider, joined)
    this.#lastAsked = provider
    this.#lastJoined = joined
    return joined
  }

  /** What others than pgspan are to record to in place of a provider: itself and those that were added. */
  joinedForOthers(provider: MeterProvider): MeterProvider {
    return this.#join(provider, false)
  }

  #join(provider: MeterProvider, isAlone: boolean): MeterProvider {
    const given = isAlone ? [] : provider instanceof JoinedMeterProvider ? provider.members : [provider]
    const members = new Set([...given, ...this.#added.keys()].filter((member) => !isNoop(member)))
    if (!isAlone && [...members].every((member) => given.includes(member))) return provider
    const [first, ...others] = members
    return first !== undefined && others.length === 0 ? first : new JoinedMeterProvider([...members])
  }

  #forget(): void {
    this.#joined = new WeakMap()
    this.#lastAsked = undefined
    this.#lastJoined = undefined
  }
}

/** What the api's global provider is as long as nobody has registered one. */
function isNoop(provider: MeterProvider): boolean {
  return provider.getMeter('pgspan') === createNoopMeter()
}
