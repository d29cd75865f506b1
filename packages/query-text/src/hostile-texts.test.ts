import { afterAll, describe, expect, test } from 'vitest'
import { hostileClasses } from '../test/hostile-classes.ts'
import { queries, utilityStatements } from '../test/hostile-statements.ts'
import { StatementScanner } from './statement-scanner.js'

/** Without the last resort of analyzeQueryText, which would hide an error. */
const scanner = new StatementScanner()
const optionsOf = (backslashEscapes: boolean) => ({
  backslashEscapes,
  maxTextLength: 4_096,
  keepParameterizedText: false,
})

/** Enough of every class to mean something; most have many more. */
const LEAST_PER_CLASS = 400
const LEAST = 20_000

/** Letters and digits that only data have. */
const tainted = /[zq79]/i
const others: Record<string, string> = { z: 'w', q: 'v', Z: 'W', Q: 'V', 7: '6', 9: '8' }

/** The same text with other data in it. */
function withOtherData(text: string): string {
  return text.replaceAll(/[zq79]/gi, (character) => others[character] ?? character)
}

interface Output {
  /** Everything that may leave the process but the fingerprint. */
  readonly text: string
  readonly fingerprint: string
}

function outputOf(text: string, backslashEscapes: boolean, isFailClosed: boolean): Output {
  const shape = scanner.scan(text, optionsOf(backslashEscapes), isFailClosed)
  const { sanitizedText, summary, fingerprint, tables, ignoredFindings } = shape
  return { text: [sanitizedText, summary, ...tables, ...ignoredFindings].join('\n'), fingerprint }
}

/** What data of a text can be seen in its outputs; empty if none. */
function leakOf(text: string): string {
  const other = withOtherData(text)
  for (const isFailClosed of [false, true]) {
    const output = outputOf(text, false, isFailClosed)
    if (tainted.test(output.text)) return output.text
    const otherOutput = outputOf(other, false, isFailClosed)
    if (output.text !== otherOutput.text) return `${output.text} is not ${otherOutput.text}`
    if (output.fingerprint !== otherOutput.fingerprint) return 'the fingerprints differ'
  }
  const escaped = outputOf(text, true, false).text
  return tainted.test(escaped) ? escaped : ''
}

/** Numbers from 0 to 1: a Weyl sequence through the finaliser of MurmurHash3. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x9e3779b9) | 0
    let hash = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
  }
}

const seed = Number(process.env.PGSPAN_SEED ?? 20_261)
const counts = new Map<string, number>()

describe('statements whose quoting is in order', () => {
  const whole = [...queries, ...utilityStatements]

  test('are 60 or more, and hold what is looked for only in their places for data', () => {
    expect(whole.length).toBeGreaterThanOrEqual(60)
    expect(whole.filter((statement) => tainted.test(statement))).toEqual([])
  })

  test.each([`it''s zq`, 'zq', ' zq ', ''])('are not called broken with %j in them', (value) => {
    const broken = whole
      .filter((statement) => !statement.includes("''%s''"))
      .map((statement) => statement.replaceAll('%d', '97').replaceAll('%s', value))
      .filter((text) => scanner.scan(text, optionsOf(false)).isFailClosed)
    expect(broken).toEqual([])
  })
})

describe(`no data leave a broken text (PGSPAN_SEED=${seed})`, () => {
  test.each(Object.entries(hostileClasses))('%s', (name, mutantsOf) => {
    const mutants = new Set(mutantsOf(randomFrom(seed)))
    const leaks: { mutant: string; leak: string }[] = []
    for (const mutant of mutants) {
      const leak = leakOf(mutant)
      if (leak !== '' && leaks.push({ mutant, leak }) === 20) break
    }
    counts.set(name, mutants.size)
    expect(leaks).toEqual([])
    expect(mutants.size).toBeGreaterThanOrEqual(LEAST_PER_CLASS)
  })

  test(`was seen on ${LEAST} mutants or more of at least 15 classes`, () => {
    expect(counts.size).toBe(Object.keys(hostileClasses).length)
    expect(counts.size).toBeGreaterThanOrEqual(15)
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(LEAST)
  })

  afterAll(() => {
    const lines = [...counts].map(([name, count]) => `${String(count).padStart(7)}  ${name}`)
    const sum = [...counts.values()].reduce((total, count) => total + count, 0)
    console.info(`${sum} broken mutants:\n${lines.join('\n')}`)
  })
})
