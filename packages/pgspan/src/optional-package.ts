import { createRequire } from 'node:module'
import { join } from 'node:path'

/** A package that the application may have installed: what it exports, and how it sees other packages itself. */
export interface OptionalPackage<Exports> {
  readonly exports: Exports
  readonly require: NodeJS.Require
}

/**
 * Loads a package from beside pgspan, or else from the application's folder; undefined if it is in neither.
 *
 * @throws what the package throws while it loads, other than that it is not there.
 */
export function loadOptionalPackage<Exports>(name: string): OptionalPackage<Exports> | undefined {
  for (const base of [__filename, join(process.cwd(), 'package.json')]) {
    const require = createRequire(base)
    let path: string
    try {
      path = require.resolve(name)
    } catch {
      continue
    }
    return { exports: require(path) as Exports, require: createRequire(path) }
  }
  return undefined
}
