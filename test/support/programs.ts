import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * The path of a program that tests can use but not install; undefined if this machine has none. Where
 * `PGSPAN_REQUIRE_PROGRAMS` is set, a missing one is an error: there nothing may be skipped.
 */
export function findProgram(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {}
  }
  if (process.env.PGSPAN_REQUIRE_PROGRAMS)
    throw new Error(`${name} is not installed, and PGSPAN_REQUIRE_PROGRAMS is set`)
  return undefined
}
