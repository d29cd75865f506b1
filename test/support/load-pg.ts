import { createRequire } from 'node:module'
import type pg from 'pg'

const require = createRequire(import.meta.url)

/** The driver as an application's `require` gives it, after whatever was registered before the call. */
export function loadPg(): typeof pg {
  return require('pg')
}
