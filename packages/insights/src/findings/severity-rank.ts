import type { FindingSeverity } from './finding.js'

export const severityRank: { readonly [Severity in FindingSeverity]: number } = {
  info: 0,
  warning: 1,
  critical: 2,
}
