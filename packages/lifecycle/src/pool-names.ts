import type { DatabaseTarget } from './database-target.js'

/** At most this many names in the life of a process; further pools share {@link otherPoolName}. */
export const maximumPoolNames = 64
export const otherPoolName = '_OTHER'

/**
 * Gives every live pool a name that is the same in every process with the same configuration.
 *
 * The configured name; else the database's; `name@host:port` where that belongs to a pool of another server; `name#2`
 * and so on for several pools of the same target. A name is free again after {@link release}, for the same target: what
 * was exported under it goes on, and means the same.
 */
export class PoolNames {
  readonly #taken: Set<string> = new Set()
  /** Every name that was ever given, with what it stands for. */
  readonly #places: Map<string, string> = new Map()

  take(configured: string | undefined, target: DatabaseTarget): string {
    const address = addressOf(target)
    const place = `${address}/${target.namespace ?? ''}`
    const wanted = configured ?? target.namespace ?? (address || 'postgresql')
    const isElsewhere = (name: string): boolean => (this.#places.get(name) ?? place) !== place
    const base = isElsewhere(wanted) && configured === undefined ? `${wanted}@${address}` : wanted
    let name = base
    for (let n = 2; this.#taken.has(name) || isElsewhere(name); n++) name = `${base}#${n}`
    if (this.#places.size >= maximumPoolNames && !this.#places.has(name)) return otherPoolName
    this.#places.set(name, place)
    this.#taken.add(name)
    return name
  }

  release(name: string): void {
    this.#taken.delete(name)
  }
}

function addressOf(target: DatabaseTarget): string {
  const { address, port } = target
  if (address === undefined) return ''
  const host = address.includes(':') ? `[${address}]` : address
  return port === undefined ? host : `${host}:${port}`
}
