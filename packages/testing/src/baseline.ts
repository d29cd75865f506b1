import { readFileSync, writeFileSync } from 'node:fs'
import type { Finding, FindingKind } from '@pgspan/insights'

/** A finding that was adopted. Its id tells it again; the rest is for people. */
export interface BaselineEntry {
  readonly id: string
  readonly kind: FindingKind
  readonly unit: string
  readonly statement: string
}

/** Findings of today that may stay until somebody mends them; everything else fails. */
export interface Baseline {
  /** True if the finding is known; always while the baseline is written. */
  accepts(finding: Finding): boolean
  /**
   * To be called after all tests that use it. Says on stderr which known findings were not made any more, and returns
   * them; or writes the file, if it was opened for that.
   */
  close(): readonly BaselineEntry[]
}

/** The environment variable that makes baselines be written. */
export const updateVariable = 'PGSPAN_UPDATE_BASELINE'

/**
 * Opens a baseline, a JSON file to be committed: one for each test file, as test files run apart. A file that does not
 * exist knows no finding.
 *
 * @param options `update`: adopt what is found, and forget what is not, when it is closed. By default if
 * `PGSPAN_UPDATE_BASELINE` is `1`.
 * @throws TypeError if the file is no baseline.
 */
export function openBaseline(path: string, options: { readonly update?: boolean } = {}): Baseline {
  const { update = process.env[updateVariable] === '1' } = options
  const known = readBaseline(path)
  const seen = new Map<string, BaselineEntry>()
  return {
    accepts({ id, kind, unit, statement }) {
      seen.set(id, { id, kind, unit, statement })
      return update || known.some((entry) => entry.id === id)
    },
    close() {
      const gone = known.filter(({ id }) => !seen.has(id))
      if (update) writeBaseline(path, [...seen.values()])
      else if (gone.length > 0) process.stderr.write(goneMessage(path, gone))
      return gone
    },
  }
}

function readBaseline(path: string): readonly BaselineEntry[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  const content = parsed(text)
  if (content?.version === 1 && Array.isArray(content.findings) && content.findings.every(isEntry)) {
    return content.findings
  }
  throw new TypeError(`${path} is no baseline: { "version": 1, "findings": [ … ] } was expected`)
}

function parsed(text: string): { readonly version?: unknown; readonly findings?: unknown } | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isEntry(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null && 'id' in entry && typeof entry.id === 'string'
}

function writeBaseline(path: string, entries: readonly BaselineEntry[]): void {
  const findings = [...entries].sort((one, other) => (one.id < other.id ? -1 : 1))
  writeFileSync(path, `${JSON.stringify({ version: 1, findings }, undefined, 2)}\n`)
}

function goneMessage(path: string, gone: readonly BaselineEntry[]): string {
  const lines = gone.map(({ id, kind, unit }) => `  ${kind} in ${unit} (${id})\n`)
  return `pgspan: findings of ${path} are gone; ${updateVariable}=1 takes them out:\n${lines.join('')}`
}
