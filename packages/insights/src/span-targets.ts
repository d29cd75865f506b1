import type { Attributes } from '@opentelemetry/api'
import type { DatabaseTarget } from '@pgspan/lifecycle'

const maximumTargets = 64
const otherTarget: DatabaseTarget = Object.freeze({
  namespace: undefined,
  address: undefined,
  port: undefined,
  user: undefined,
})

/** One object per database that spans name; beyond 64 they share one that names none. */
export class SpanTargets {
  readonly #targets: Map<string, DatabaseTarget> = new Map()

  of(attributes: Attributes): DatabaseTarget {
    const namespace = textOf(attributes['db.namespace'] ?? attributes['db.name'])
    const address = textOf(attributes['server.address'] ?? attributes['net.peer.name'])
    const port = Number(attributes['server.port'] ?? attributes['net.peer.port'])
    const key = `${namespace} ${address} ${port}`
    const known = this.#targets.get(key)
    if (known !== undefined) return known
    if (this.#targets.size >= maximumTargets) return otherTarget
    const target = { namespace, address, port: Number.isInteger(port) ? port : undefined, user: undefined }
    this.#targets.set(key, Object.freeze(target))
    return target
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
