import { writeFileSync } from 'node:fs'
import type { Finding } from '@pgspan/insights'
import { sarifLog } from './sarif-log.js'

/** Findings of several tests, for CI. */
export interface FindingReport {
  /** Each id once, with its latest evidence. */
  readonly findings: readonly Finding[]
  add(findings: readonly Finding[], isKnown: (finding: Finding) => boolean): void
  /** Writes SARIF 2.1.0 to a path that ends with `.sarif`, and JSON to any other. */
  write(path: string): void
}

/** Makes an empty report, to be given to expectations and written after all tests. */
export function createReport(): FindingReport {
  const findings = new Map<string, Finding>()
  const known = new Set<string>()
  return {
    get findings() {
      return [...findings.values()]
    },
    add(found, isKnown) {
      for (const finding of found) {
        findings.set(finding.id, finding)
        if (isKnown(finding)) known.add(finding.id)
      }
    },
    write(path) {
      const content = path.endsWith('.sarif')
        ? sarifLog([...findings.values()], known)
        : {
            version: 1,
            findings: [...findings.values()].map((each) => ({ ...each, isKnown: known.has(each.id) })),
          }
      writeFileSync(path, `${JSON.stringify(content, undefined, 2)}\n`)
    },
  }
}
