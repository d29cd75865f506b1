import { analyzeQueryText, QueryShapeCache } from '@pgspan/query-text'
import { rebuilt, typicalTexts } from './statements.mjs'

/** The largest number of fresh strings that are made before a sample. */
const MAX_FRESH = 50_000

/** What reads the typical set, by name; each loads what it needs, and gives the function that reads one text. */
export const textReaders = {
  'nothing: a loop of charCodeAt': () => sumOfCharacters,
  'pgspan, uncached': () => (text) => analyzeQueryText(text),
  'pgspan, uncached, with the slots': () => (text) => analyzeQueryText(text).slots,
  'pgspan, cached, same object': readWithCache,
  'pgspan, cached, fresh string': readWithCache,
  'libpg-query fingerprint': async () => {
    const { fingerprintSync, loadModule } = await import('libpg-query')
    await loadModule()
    return fingerprintSync
  },
  'libpg-query normalize': async () => {
    const { loadModule, normalizeSync } = await import('libpg-query')
    await loadModule()
    return normalizeSync
  },
  'pgsql-ast-parser': async () => {
    const { parse } = await import('pgsql-ast-parser')
    return (text) => parse(text)
  },
  'node-sql-parser': async () => {
    const { default: nodeSqlParser } = await import('node-sql-parser')
    const parser = new nodeSqlParser.Parser()
    return (text) => parser.parse(text, { database: 'postgresql' })
  },
}

/** The contender of this name: reads the typical set over and over; a text that it refuses counts too. */
export async function contenderOf(name) {
  const read = await textReaders[name]()
  const prepare = name.endsWith('fresh string') ? prepareFresh : prepareSame
  return {
    reads: typicalTexts.filter((text) => !(attempt(read, text) instanceof Error)).length,
    step: typicalTexts.length,
    maxCalls: MAX_FRESH,
    prepare: (calls) => prepare(read, calls),
  }
}

function readWithCache() {
  const shapes = new QueryShapeCache()
  return (text) => shapes.shapeOf(text)
}

function sumOfCharacters(text) {
  let sum = 0
  for (let at = 0; at < text.length; at++) sum = (sum * 31 + text.charCodeAt(at)) | 0
  return sum
}

function prepareSame(read, calls) {
  return () => {
    for (let call = 0; call < calls; call += typicalTexts.length) {
      for (const text of typicalTexts) attempt(read, text)
    }
  }
}

/** A new string for every call, which V8 has not hashed. */
function prepareFresh(read, calls) {
  const texts = Array.from({ length: calls }, (_, call) => rebuilt(typicalTexts[call % typicalTexts.length]))
  return () => {
    for (const text of texts) attempt(read, text)
  }
}

function attempt(read, text) {
  try {
    return read(text)
  } catch (error) {
    return error
  }
}
