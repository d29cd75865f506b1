import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { analyzeQueryText } from './analyze-query-text.js'
import { sanitizeFailClosed } from './sanitize-fail-closed.js'
import { StatementScanner } from './statement-scanner.js'

/** Without the last resort of analyzeQueryText, which would hide an error. */
const scanner = new StatementScanner()

/** Anything that has a meaning to a scanner of SQL, whole and in parts. */
const fragments = [
  ...["'", "''", '"', '""', '$$', '$a$', '$', '$1', '\\', "E'", "U&'", 'U&"', "B'", "n'", '`'],
  ...['/*', '*/', '--', '\n', '\r\n', ' ', '\t', '\0', '\u00a0', '\ufeff', '\ud800', 'é', '列', '💥'],
  ...['(', ')', '[', ']', ',', ';', '.', '..', ':', '::', ':=', '=>', '{', '}'],
  ...['+', '-', '*', '/', '<', '>', '=', '!=', '<>', '~', '@', '#', '%', '^', '&', '|', '?', '@>', '->>'],
  ...['1', '.5', '1e5', '0x1F', '1_000', '12ab', 'a', '"b"', "'c'", '01234567-89ab-cdef-0123-456789abcdef'],
  ...[
    'SELECT',
    'FROM',
    'WHERE',
    'AND',
    'IN',
    'VALUES',
    'INSERT',
    'INTO',
    'UPDATE',
    'SET',
    'DELETE',
    'USING',
    'MERGE',
  ],
  ...[
    'WITH',
    'RECURSIVE',
    'AS',
    'UNION',
    'ALL',
    'ANY',
    'ARRAY',
    'BETWEEN',
    'LIKE',
    'IS',
    'NOT',
    'NULL',
    'TRUE',
  ],
  ...[
    'LIMIT',
    'OFFSET',
    'FETCH',
    'FIRST',
    'ORDER',
    'BY',
    'FOR',
    'CASE',
    'WHEN',
    'THEN',
    'END',
    'CAST',
    'ROW',
  ],
  ...[
    'CREATE',
    'TABLE',
    'INDEX',
    'ON',
    'ALTER',
    'DROP',
    'COPY',
    'STDIN',
    'BEGIN',
    'ATOMIC',
    'PREPARE',
    'EXECUTE',
  ],
  ...[
    'DECLARE',
    'CURSOR',
    'SAVEPOINT',
    'ROLLBACK',
    'TO',
    'SET',
    'LOCAL',
    'ROLE',
    'EXPLAIN',
    'TRANSACTION',
    'JOIN',
  ],
]

const sqlLike = fc.array(
  fc.oneof(fc.constantFrom(...fragments), fc.string({ unit: 'binary', maxLength: 3 })),
  {
    maxLength: 60,
  },
)

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  sqlLike.map((parts) => parts.join('')),
  sqlLike.map((parts) => parts.join(' ')),
)

const anyOptions = fc.record({
  backslashEscapes: fc.boolean(),
  maxTextLength: fc.integer({ min: 1, max: 300 }),
  keepParameterizedText: fc.constant(false),
})

describe('any text', () => {
  test('gives a shape within its bounds, and never an error', () => {
    fc.assert(
      fc.property(anyText, anyOptions, (text, options) => {
        const shape = scanner.scan(text, options)
        expect(shape.sanitizedText.length).toBeLessThanOrEqual(
          Math.min(text.length + 1, options.maxTextLength),
        )
        expect(shape.summary.length).toBeLessThanOrEqual(255)
        expect(shape.fingerprint).toMatch(/^1-[0-9a-f]{16}$/)
        expect(shape.slots.length).toBeLessThanOrEqual(64)
        expect(sanitizeFailClosed(text, options).length).toBeLessThanOrEqual(options.maxTextLength)
      }),
      { numRuns: 5_000 },
    )
  })

  test('gives the same shape again', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, other) => {
        const shape = analyzeQueryText(text)
        analyzeQueryText(other)
        expect(analyzeQueryText(text)).toEqual(shape)
      }),
      { numRuns: 1_000 },
    )
  })

  test('has neither quoted strings nor comments left when it is sanitised', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        // Quoted identifiers stay as they are.
        const sanitizedText = analyzeQueryText(text).sanitizedText.replaceAll(/"[^"]*"/g, '')
        expect(sanitizedText).not.toContain("'")
        expect(sanitizedText).not.toContain('--')
      }),
      { numRuns: 5_000 },
    )
  })
})

const word = 'zqcanary'
const digits = '918273645'

/** Every form of a literal, each with the canary in it. */
const literals = [
  `'${word}'`,
  `'a''${word}'`,
  `'${word}\\'`,
  `'-- ${word}'`,
  `'/* ${word}'`,
  `'"${word}'`,
  `'$$${word}'`,
  `'a'\n'${word}'`,
  `'a' -- b\n '${word}'`,
  `E'${word}'`,
  `e'\\'${word}\\\\'`,
  `E'a'\n'\\'${word}'`,
  `N'${word}'`,
  `U&'${word}\\0061'`,
  `B'${digits}'`,
  `x'${digits}'`,
  `$$${word}$$`,
  `$$'${word}$$`,
  `$q$ $$ ${word} $q$`,
  `$_1$${word}$_1$`,
  digits,
  `-${digits}`,
  `+ ${digits}`,
  `${digits}.5`,
  `.${digits}`,
  `1.${digits}e-${digits}`,
  `0x${digits}`,
  '918_273645',
  `${digits}ab`,
]

/** No SQL, but a usual mistake; as long as they are whole, they are seen. */
const bareUuids = [
  `a1234567-89ab-cdef-0123-${digits}abc`,
  `${digits.slice(0, 8)}-89ab-cdef-0123-a1234567890b`,
]

const comments = [
  `/* ${word} */`,
  `/* /* */ ${word} */`,
  `-- ${word}\n`,
  `/*${word}'*/`,
  `--'${word}\r\n`,
  ' ',
  '\n',
]

/** Statements with places for literals (`%`) and for comments (`#`). */
const statements = [
  'SELECT % # FROM t WHERE a = % AND b IN (%, %) # LIMIT %',
  'SELECT a FROM t WHERE (a, b) IN ((%, %), (%, %)) OR c = ANY(ARRAY[%, %])',
  'INSERT INTO t # (a, b) VALUES (%, %), (%, %) ON CONFLICT (a) DO UPDATE SET b = % # RETURNING %',
  'UPDATE t SET a = %, b = f(%) WHERE c BETWEEN % AND % #',
  'DELETE FROM t # USING u WHERE a = % OR b LIKE % ESCAPE %',
  'WITH x AS (SELECT % AS a # FROM t) SELECT * FROM x, # u WHERE a = %',
  'SELECT CASE WHEN a = % THEN % ELSE % END, %::text, CAST(% AS int), interval % FROM f(%) #',
  'SELECT a -> % ->> %, a @> %, a[%], a[%:%] FROM # t GROUP BY % HAVING % ORDER BY %',
  'CREATE TABLE t (a int DEFAULT %, b text CHECK (b <> %)) # PARTITION BY RANGE (a)',
  'CREATE FUNCTION f(a int DEFAULT %) RETURNS int LANGUAGE sql AS # %',
  'CREATE ROLE r LOGIN PASSWORD % VALID UNTIL %',
  'ALTER TYPE t ADD VALUE % BEFORE %',
  'COMMENT ON TABLE t IS # %',
  'COPY t FROM % WITH (DELIMITER %, NULL %)',
  'DO LANGUAGE plpgsql # %',
  'SET a = %, %',
  'NOTIFY a, %',
  'CALL p(%, # %)',
  'PREPARE p AS SELECT % FROM # t',
  'EXECUTE p(%, %)',
  'MERGE INTO t USING (VALUES (%, %)) s ON % # WHEN MATCHED THEN UPDATE SET a = %',
  'BEGIN; SELECT %; # INSERT INTO t VALUES (%); COMMIT #',
  'EXPLAIN (FORMAT JSON) SELECT % # FROM t',
  'SELECT % UNION ALL VALUES (%) # UNION TABLE t',
  'hello % # world %',
]

/** One of the statements, `count` times with other literals and comments. */
function filled(count: number, ofLiterals: readonly string[]): fc.Arbitrary<string[]> {
  const places = fc.tuple(
    fc.infiniteStream(fc.constantFrom(...ofLiterals)),
    fc.infiniteStream(fc.constantFrom(...comments)),
  )
  return fc
    .tuple(fc.constantFrom(...statements), fc.array(places, { minLength: count, maxLength: count }))
    .map(([statement, fillings]) =>
      fillings.map(([someLiterals, someComments]) =>
        statement.replaceAll(/[%#]/g, (place) =>
          String((place === '%' ? someLiterals : someComments).next().value),
        ),
      ),
    )
}

/** Everything of a shape that may leave the process; slots stay in it. */
function everythingThatLeaves(text: string): string {
  const { sanitizedText, summary, fingerprint, tables } = analyzeQueryText(text)
  return [sanitizedText, summary, fingerprint.slice(0, 2), ...tables, sanitizeFailClosed(text)]
    .join('\n')
    .toLowerCase()
}

function expectNoCanary(text: string): void {
  const output = everythingThatLeaves(text)
  expect(output).not.toContain(word)
  expect(output).not.toMatch(/\d{3}/)
}

describe('a literal or a comment', () => {
  test('never survives, in whatever form and place', () => {
    fc.assert(
      fc.property(filled(1, [...literals, ...bareUuids]), ([text = '']) => expectNoCanary(text)),
      { numRuns: 5_000 },
    )
  })

  test('never survives where the text is cut off', () => {
    const cut = fc.tuple(filled(1, literals), fc.double({ min: 0, max: 1, noNaN: true }))
    fc.assert(
      fc.property(cut, ([[text = ''], share]) =>
        expectNoCanary(text.slice(0, Math.floor(text.length * share))),
      ),
      { numRuns: 5_000 },
    )
  })

  test('never survives where the sanitised text is cut off', () => {
    fc.assert(
      fc.property(filled(1, literals), fc.integer({ min: 1, max: 120 }), ([text = ''], maxTextLength) => {
        const { sanitizedText } = analyzeQueryText(text, { maxTextLength })
        expect(sanitizedText).not.toContain(word)
        expect(sanitizedText).not.toMatch(/\d{3}/)
      }),
      { numRuns: 2_000 },
    )
  })

  test('does not make a statement look broken', () => {
    fc.assert(
      fc.property(filled(1, literals), ([text = '']) => {
        expect(analyzeQueryText(text).isFailClosed).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('the fingerprint', () => {
  test('does not depend on literals, comments and spaces', () => {
    // Behind a name, a sign is an operator: `interval -1` is a difference.
    const unsigned = [...literals, ...bareUuids].filter((literal) => !/^[-+]/.test(literal))
    fc.assert(
      fc.property(filled(2, unsigned), ([one = '', other = '']) => {
        expect(analyzeQueryText(one).fingerprint).toBe(analyzeQueryText(other).fingerprint)
      }),
      { numRuns: 2_000 },
    )
  })
})
