import type { Attributes } from '@opentelemetry/api'
import type { DatabaseTarget } from '@pgspan/lifecycle'
import { TargetRegistry } from './target-registry.js'

/** The databases that spans name, by the semantic conventions of today and of before. */
export class SpanTargets {
  readonly #targets: TargetRegistry = new TargetRegistry()

  of(attributes: Attributes): DatabaseTarget {
    const namespace = textOf(attributes['db.namespace'] ?? attributes['db.name'])
    const address = textOf(attributes['server.address'] ?? attributes['net.peer.name'])
    const port = Number(attributes['server.port'] ?? attributes['net.peer.port'])
    return this.#targets.of(namespace, address, Number.isInteger(port) ? port : undefined)
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
