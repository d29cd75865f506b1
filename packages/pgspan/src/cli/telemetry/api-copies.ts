import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { installedVersion } from '../../installed-version.js'
import { instrumentationOf, isSeenBy } from './installation-checks.js'
import type { TelemetryFinding } from './telemetry-finding.js'

const api = '@opentelemetry/api'

/**
 * What one copy of the api registers and another does not find, or may not register any more: the first to register gives
 * its version to all.
 *
 * @see https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/internal/global-utils.ts
 */
export function disagreeingApis(): readonly TelemetryFinding[] {
  const used = installedVersion(api, instrumentationOf(join(process.cwd(), 'package.json')))
  if (used === undefined) return []
  const copies = new Map([...loadedCopies()].filter(([, version]) => version !== used))
  const registered = registeredVersions()
  const isRefused = copies.size > 0 && registered.some(({ version, signals }) => version === used && !signals)
  const unseen = registered.find(({ version, signals }) => signals && !isSeenBy(version, used))
  if (unseen === undefined && !isRefused) return []
  const other = unseen?.version ?? [...copies.values()][0]
  const where = [...copies].find(([, version]) => version === other)?.[0]
  return [
    {
      check: 'disagreeing_apis',
      severity: 'error',
      problem: `The SDK registers itself with @opentelemetry/api ${other}${where === undefined ? '' : ` (${where})`}, and pgspan uses ${used}.`,
      consequence: 'pgspan does not see the SDK: its spans and metrics go nowhere, silently.',
      remedy: `Install one version for both: npm install ${api}@${used} && npm dedupe. npm ls ${api} shows who brings others.`,
    },
  ]
}

/** What is registered under each major version, and whether that is an SDK. */
function registeredVersions(): readonly { readonly version: string; readonly signals: boolean }[] {
  return Object.getOwnPropertySymbols(globalThis).flatMap((symbol) => {
    if (!/^(io\.)?opentelemetry\.js\.api\.\d+$/.test(symbol.description ?? '')) return []
    // The api's own register of what was set globally.
    const register = (globalThis as Record<symbol, unknown>)[symbol] as Record<string, unknown>
    const version = typeof register.version === 'string' ? register.version : '0.0.0'
    return { version, signals: register.trace !== undefined || register.metrics !== undefined }
  })
}

/** The folders of the copies that were loaded by `require`, which is how `import` loads them, too, and their versions. */
function loadedCopies(): ReadonlyMap<string, string> {
  const inside = `${sep}node_modules${sep}@opentelemetry${sep}api${sep}`
  const folders = Object.keys(createRequire(__filename).cache).flatMap((path) => {
    const index = path.lastIndexOf(inside)
    return index === -1 ? [] : [path.slice(0, index + inside.length)]
  })
  return new Map(
    [...new Set(folders)].flatMap((folder) => {
      const version = installedVersion(api, join(dirname(dirname(dirname(folder))), 'package.json'))
      return version === undefined ? [] : [[relative(process.cwd(), folder), version] as const]
    }),
  )
}
