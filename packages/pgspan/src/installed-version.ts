import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The version of a package as a file would load it; undefined if it would not. Some do not export package.json. */
export function installedVersion(name: string, from: string): string | undefined {
  try {
    let folder = dirname(createRequire(from).resolve(name))
    while (folder !== dirname(folder)) {
      const manifest = readManifest(folder)
      if (manifest?.name === name) return manifest.version
      folder = dirname(folder)
    }
  } catch {}
  return undefined
}

function readManifest(folder: string): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  } catch {
    return undefined
  }
}
