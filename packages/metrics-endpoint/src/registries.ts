import { diag } from '@opentelemetry/api'
import type { FurtherRegistry } from './metrics-endpoint-options.js'

/** Registries of other libraries, as one text. */
export class Registries {
  readonly #registries: readonly FurtherRegistry[]
  readonly #reported: Set<FurtherRegistry> = new Set()

  constructor(registries: readonly FurtherRegistry[]) {
    this.#registries = registries
  }

  /** True if each writes OpenMetrics; the other text may stand in no page of it. */
  get areOpenMetrics(): boolean {
    return this.#registries.every(({ contentType }) => contentType.startsWith('application/openmetrics-text'))
  }

  async text(): Promise<string> {
    const texts = await Promise.all(this.#registries.map((registry) => this.#textOf(registry)))
    return texts.join('')
  }

  async #textOf(registry: FurtherRegistry): Promise<string> {
    try {
      const text = (await registry.metrics()).replace(/# EOF\n?$/, '')
      return text === '' || text.endsWith('\n') ? text : `${text}\n`
    } catch (error) {
      if (!this.#reported.has(registry)) {
        this.#reported.add(registry)
        diag.error(
          'pgspan: a registry of the metrics endpoint could not be read; the others are shown',
          error,
        )
      }
      return ''
    }
  }
}
