export { expectNoFindings, expectNoNPlusOne } from './expect-no-findings.js'
export { expectQueryCount, type QueryCount } from './expect-query-count.js'
export { type ObservedRun, observeRun } from './observed-run.js'
