import { readFileSync } from 'node:fs'
import { type FindingKind, findingKinds } from '../findings/finding.js'
import { nearestName } from '../nearest-name.js'
import type { Suppression } from './suppression.js'

const maximumSuppressions = 1_000
const patterns = ['id', 'kind', 'unit', 'statement'] as const
const fields: readonly string[] = [...patterns, 'reason', 'expires']

/**
 * Reads `{ "version": 1, "suppressions": [{ "id" | "kind" | "unit" | "statement", "reason", "expires"? }] }`, at most
 * 1,000 entries.
 *
 * @throws TypeError that says which entry is wrong and how.
 */
export function readSuppressions(path: string): readonly Suppression[] {
  const content = parse(path)
  if (!isObject(content) || content.version !== 1 || !Array.isArray(content.suppressions)) {
    throw wrong(path, 'must hold { "version": 1, "suppressions": [ … ] }')
  }
  if (content.suppressions.length > maximumSuppressions) {
    throw wrong(path, `holds more than ${maximumSuppressions} suppressions`)
  }
  return content.suppressions.map((entry, index) => {
    const problem = problemOf(entry)
    if (problem !== undefined) throw wrong(path, `entry ${index + 1}: ${problem}`)
    // Every field was looked at.
    return Object.freeze(entry as Suppression)
  })
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const isMissing = isObject(error) && typeof error.code === 'string'
    throw wrong(path, isMissing ? `cannot be read: ${error.code}` : 'is not JSON')
  }
}

function problemOf(entry: unknown): string | undefined {
  if (!isObject(entry)) return 'must be an object'
  const unknown = Object.keys(entry).find((name) => !fields.includes(name))
  if (unknown !== undefined) {
    const nearest = nearestName(unknown, fields)
    return `${unknown} is no field${nearest === undefined ? '' : `; did you mean ${nearest}?`}`
  }
  const { id, kind, reason, expires } = entry
  for (const name of [...patterns, 'reason'] as const) {
    if (entry[name] !== undefined && !isText(entry[name])) return `${name} must be a non-empty string`
  }
  if (!isText(reason)) return 'reason is missing'
  if (patterns.every((name) => entry[name] === undefined)) {
    return 'one of id, kind, unit and statement is needed'
  }
  if (id !== undefined && !/^[0-9a-f]{16}$/.test(String(id))) return 'id must be 16 hexadecimal digits'
  if (kind !== undefined && !findingKinds.includes(kind as FindingKind)) {
    return `kind must be one of ${findingKinds.join(', ')}`
  }
  if (expires !== undefined && !isDay(expires)) return 'expires must be a day such as 2027-01-31'
  return undefined
}

function isDay(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return false
  const day = new Date(`${value}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function wrong(path: string, what: string): TypeError {
  return new TypeError(`suppressionsFile: ${path} ${what}`)
}
