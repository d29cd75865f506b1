import Module from 'node:module'
import { relative, sep } from 'node:path'
import { processState } from '@pgspan/lifecycle'
import type { TelemetryFinding } from './telemetry-finding.js'

/**
 * Watches what comes first: the driver, or what instruments it. The doctor's own hooks see the driver in any case, those of
 * the application only from when they are there.
 */
export class LoadOrder {
  /** Who loaded the driver before the application's instrumentation began; `undefined` for an import. */
  #early: { readonly by: string | undefined } | undefined = undefined
  #hasBegun = false

  constructor() {
    const { patchedDrivers, recordings } = processState()
    // Both are of this process alone, which is only being examined.
    patchedDrivers.add = (driver: string): Set<string> => {
      this.#patched(driver)
      return Set.prototype.add.call(patchedDrivers, driver)
    }
    recordings.push = (...added: unknown[]): number => {
      this.#hasBegun = true
      return Reflect.apply(Array.prototype.push, recordings, added)
    }
    this.#followRequires()
  }

  /** True once the application has an instrumentation of ours. */
  get hasInstrumentation(): boolean {
    return this.#hasBegun
  }

  findings(): readonly TelemetryFinding[] {
    if (!this.#hasBegun || this.#early === undefined) return []
    const { by } = this.#early
    return [
      {
        check: 'loaded_too_late',
        severity: 'error',
        problem: `pg was loaded before pgspan${by === undefined ? '' : `, by ${by}`}.`,
        consequence: 'Without the doctor its queries and pools are not seen.',
        remedy:
          'Load pgspan before the application: node --import pgspan/register app.js. Imports of a module run in their order, and before its own code; what loads pg is to stand below.',
      },
    ]
  }

  #patched(driver: string): void {
    if (!driver.startsWith('pg ')) return
    // `instrumentPg` says so, too.
    if (this.#hasBegun) this.#early = undefined
    else this.#early ??= { by: whoRequires() }
  }

  /** The application's hooks patch a driver that was loaded before them when it is asked for again. */
  #followRequires(): void {
    // In front of the hooks, which hear of each module once.
    const { require: load } = Module.prototype
    const order = this
    Module.prototype.require = Object.assign(function requireFollowed(this: Module, id: string): unknown {
      if (id === 'pg' && order.#hasBegun) order.#early = undefined
      return load.call(this, id)
    }, load)
  }
}

/** The application's own file that asks for the driver now, with its line; undefined if it is imported, or by a package. */
function whoRequires(): string | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 60
  const { stack = '' } = new Error('who requires')
  Error.stackTraceLimit = limit
  for (const line of stack.split('\n')) {
    const [, path, row] = /(?:\(|at |file:\/\/)(\/[^()]+?):(\d+):\d+\)?$/.exec(line) ?? []
    if (path !== undefined && !path.includes(`${sep}node_modules${sep}`) && !path.startsWith(ownFolder))
      return `${relative(process.cwd(), path)}:${row}`
  }
  return undefined
}

/** Of all parts of pgspan: where they are not installed but developed, they are below no `node_modules`. */
const ownFolder = __dirname.split(`${sep}pgspan${sep}dist${sep}`, 1)[0] ?? __dirname
