import { analyzeQueryText, QueryShapeCache } from '@pgspan/query-text'
import { distinctTexts, rebuilt, textsWithLiterals } from './statements.mjs'

/** Queries per sample; their texts are made before the clock starts. */
const QUERIES = 30_000
const STATEMENTS = 300

const statements = distinctTexts(STATEMENTS)

/** How many texts with literals were made, so that none comes twice. */
let made = 0

/** What applications ask of a cache: each makes the texts of one sample. */
export const workloads = {
  '300 static texts': () => textsOf((query) => statements[query % STATEMENTS]),
  '300 texts, rebuilt for each query': () => textsOf((query) => rebuilt(statements[query % STATEMENTS])),
  '90 % static, 10 % with their own literals': () => {
    const unique = uniqueTexts(QUERIES / 10)
    return textsOf((query) => (query % 10 === 9 ? unique[(query - 9) / 10] : statements[query % STATEMENTS]))
  },
  'all with their own literals': () => uniqueTexts(QUERIES),
}

/** The contender that reads the texts of a workload, with a cache or without. */
export function workloadContender(workload, isCached) {
  const shapes = new QueryShapeCache()
  const read = isCached ? (text) => shapes.shapeOf(text) : analyzeQueryText
  return {
    step: QUERIES,
    maxCalls: QUERIES,
    prepare: () => {
      const texts = workloads[workload]()
      return () => {
        for (const text of texts) read(text)
      }
    },
  }
}

function textsOf(text) {
  return Array.from({ length: QUERIES }, (_, query) => text(query))
}

function uniqueTexts(count) {
  made += count
  // Joined strings are trees until somebody reads them; a driver is handed flat ones as often.
  return textsWithLiterals(count, made - count).map(rebuilt)
}
