import type { DatabaseTarget } from './database-target.js'

/** At most this many names at a time; further pools share {@link otherPoolName}. */
export const maximumPoolNames = 64
export const otherPoolName = '_OTHER'

/**
 * Gives every live pool a name that is the same in every process with the same configuration.
 *
 * The configured name; else the database's; `name@host:port` where that is taken by a pool of another server;
 * `name#2` and so on for several pools of the same target. A name is free again after {@link release}.
 */
export class PoolNames {
  readonly #taken: Map<string, string> = new Map()

  take(configured: string | undefined, target: DatabaseTarget): string {
    const address = addressOf(target)
    const wanted = configured ?? target.namespace ?? (address || 'postgresql')
    const base =
      this.#isTakenByAnother(wanted, address) && configured === undefined ? `${wanted}@${address}` : wanted
    let name = base
    for (let n = 2; this.#taken.has(name); n++) name = `${base}#${n}`
    if (this.#taken.size >= maximumPoolNames) return otherPoolName
    this.#taken.set(name, address)
    return name
  }

  release(name: string): void {
    this.#taken.delete(name)
  }

  #isTakenByAnother(name: string, address: string): boolean {
    const holder = this.#taken.get(name)
    return holder !== undefined && holder !== address
  }
}

function addressOf(target: DatabaseTarget): string {
  const { address, port } = target
  if (address === undefined) return ''
  const host = address.includes(':') ? `[${address}]` : address
  return port === undefined ? host : `${host}:${port}`
}
