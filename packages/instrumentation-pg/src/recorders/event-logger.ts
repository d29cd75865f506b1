import { globalLoggerProvider, type LoggerLike, type LoggerProviderLike } from '@pgspan/lifecycle'

/** The logger of this package's events: the one that was set, else of the provider that is registered now. */
export class EventLogger {
  readonly #scope: string
  readonly #version: string
  #explicit: LoggerProviderLike | undefined = undefined
  #provider: LoggerProviderLike | undefined = undefined
  #logger: LoggerLike | undefined = undefined

  constructor(scope: string, version: string) {
    this.#scope = scope
    this.#version = version
  }

  /** Replaces the global provider. */
  setLoggerProvider(provider: LoggerProviderLike): void {
    this.#explicit = provider
  }

  /** The same for every copy of this package that logs to it; undefined if there is none. */
  get provider(): LoggerProviderLike | undefined {
    return behindProxy(this.#explicit) ?? globalLoggerProvider()
  }

  /** Asked for again when the provider changes: the SDK may start later. Undefined if there is no provider. */
  get current(): LoggerLike | undefined {
    const { provider } = this
    if (provider !== this.#provider) {
      this.#provider = provider
      this.#logger = provider?.getLogger(this.#scope, this.#version)
    }
    return this.#logger
  }
}

/** Before there is a global provider, the api gives what will pass everything on to it. */
function behindProxy(provider: LoggerProviderLike | undefined): LoggerProviderLike | undefined {
  return provider !== undefined && '_getDelegate' in provider ? undefined : provider
}
