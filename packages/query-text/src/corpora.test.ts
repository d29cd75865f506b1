import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { analyzeQueryText } from './analyze-query-text.js'
import { StatementScanner } from './statement-scanner.js'

/** A folder with public statements; README.md says which, and where they come from. */
const folder = process.env.PGSPAN_CORPORA

/** Without the last resort of analyzeQueryText, which would hide an error. */
const scanner = new StatementScanner()
const options = { backslashEscapes: false, maxTextLength: 1_000_000, keepParameterizedText: false }

interface ConventionCase {
  readonly name: string
  readonly input: { readonly query: string }
  readonly expected: { readonly 'db.query.text': readonly string[]; readonly 'db.query.summary': string }
}

function read<Content>(file: string): Content {
  return JSON.parse(readFileSync(join(folder ?? '', file), 'utf8'))
}

function normalized(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

/**
 * What stands in the quotes of a statement, found without the scanner that is tested: by one regular expression that
 * takes comments and quoted parts out one after another.
 */
function quotedContents(text: string): { contents: string[]; rest: string } {
  const contents: string[] = []
  const parts =
    /\/\*[\s\S]*?\*\/|--[^\n\r]*|"(?:[^"]|"")*"|(?<![\w$])[eE]'((?:[^'\\]|\\[\s\S]|'')*)'|'((?:[^']|'')*)'|(?<![\w$])(\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$)([\s\S]*?)\3/g
  const rest = text.replaceAll(parts, (part, escaped, plain, _tag, dollar) => {
    contents.push(escaped ?? plain ?? dollar ?? '')
    return part.startsWith('"') ? part : ' '
  })
  return { contents, rest }
}

describe.skipIf(folder === undefined)('the corpora in PGSPAN_CORPORA (skipped without it)', () => {
  test('the vectors of the semantic conventions hold, but for two that lose an operator', () => {
    const cases = read<ConventionCase[]>('semconv-sql-test-cases.json')
    expect(cases).toHaveLength(24)
    const deviations = cases.filter(({ input, expected }) => {
      const { sanitizedText, summary } = analyzeQueryText(input.query)
      expect(summary).toBe(expected['db.query.summary'])
      return !expected['db.query.text'].some((text) => normalized(text) === normalized(sanitizedText))
    })
    // They expect `99+100` to become `??`.
    expect(deviations.map(({ name }) => name)).toEqual(['arithmetic_on_numeric_literals', 'insert_into'])
  })

  describe.each(['postgres-regress-statements.json', 'orm-statements.json'])('%s', (file) => {
    const statements = folder === undefined ? [] : read<[source: string, statement: string][]>(file)

    test('no valid statement is called broken', () => {
      expect(statements.length).toBeGreaterThan(1_000)
      const broken = statements.filter(([, statement]) => scanner.scan(statement, options).isFailClosed)
      expect(broken).toEqual([])
    })

    test('no valid statement is called broken behind another one with a string in it', () => {
      const broken = statements.filter(([, statement]) => {
        // Quotes are only doubted behind a string.
        return scanner.scan(`SELECT 'a'; ${statement}`, options).isFailClosed
      })
      expect(broken).toEqual([])
    })

    test('nothing survives that only stands in quotes', () => {
      let checked = 0
      for (const [, statement] of statements) {
        const { contents, rest } = quotedContents(statement)
        const shape = scanner.scan(statement, options)
        const output = [shape.sanitizedText, shape.summary, ...shape.tables].join('\n')
        for (const content of contents) {
          if (content.length < 4 || rest.includes(content)) continue
          checked++
          expect(output.includes(content), `${content} in ${output}`).toBe(false)
        }
      }
      expect(checked).toBeGreaterThan(300)
    })

    test('a statement that is cut off keeps what stands in its quotes', () => {
      for (const [, statement] of statements.filter((_, index) => index % 40 === 0)) {
        const { contents, rest } = quotedContents(statement)
        const secrets = contents.filter((content) => content.length >= 4 && !rest.includes(content))
        if (secrets.length === 0) continue
        for (let length = 1; length <= Math.min(statement.length, 400); length++) {
          const { sanitizedText, summary } = scanner.scan(statement.slice(0, length), options)
          for (const secret of secrets) expect(sanitizedText + summary).not.toContain(secret)
        }
      }
    })

    test('layout, comments and the case of keywords change no fingerprint', () => {
      for (const [, statement] of statements) {
        // Line breaks stand in strings too, and are a part of them.
        if (/['"$\\]|--|\/\*/.test(statement)) continue
        const { fingerprint } = scanner.scan(statement, options)
        const spaced = statement.replaceAll(/\s+/g, ' /* x */\r\n ').toUpperCase()
        expect(scanner.scan(spaced, options).fingerprint, statement).toBe(fingerprint)
      }
    })

    test('no two statements share a fingerprint whose sanitised texts differ in their words', () => {
      const textOf = new Map<string, string>()
      for (const [, statement] of statements) {
        const { sanitizedText, fingerprint } = scanner.scan(statement, options)
        const words = canonical(sanitizedText)
        const known = textOf.get(fingerprint)
        if (known !== undefined) expect(words).toBe(known)
        else textOf.set(fingerprint, words)
      }
    })
  })
})

/** The text without what the fingerprint does not distinguish. */
function canonical(sanitizedText: string): string {
  return sanitizedText
    .replaceAll(/\$\d+/g, '?')
    .replaceAll(/"([a-z_]\w*)"/g, '$1')
    .replaceAll('!=', '<>')
    .replaceAll(/\s*([^\w\s?])\s*/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/;+$/g, '')
    .trim()
    .toLowerCase()
}
