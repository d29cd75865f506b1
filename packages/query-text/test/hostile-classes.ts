import { queries, utilityStatements } from './hostile-statements.ts'

/** Data, in strings and in numbers. */
const word = 'zqzq'
const digits = '97979'
const allStatements: readonly string[] = [...queries, ...utilityStatements]

/** Makes the mutants of one class; `random` gives numbers from 0 to 1, the same ones for the same seed. */
export type HostileClass = (random: () => number) => Iterable<string>

/** The statement with `contentAt(index)` in each place for a string, and digits in each place for a number. */
function fill(statement: string, contentAt: (index: number) => string): string {
  let index = 0
  return statement.replaceAll('%d', digits).replaceAll('%s', () => contentAt(index++))
}

/** Each value in each place of each statement, and in all its places at once. */
function values(list: readonly string[], statements = allStatements): HostileClass {
  return function* () {
    for (const statement of statements) {
      const places = statement.split('%s').length - 1
      for (const value of list) {
        yield fill(statement, () => value)
        for (let place = 0; place < places; place++) {
          yield fill(statement, (index) => (index === place ? value : word))
        }
      }
    }
  }
}

/** Each statement with what `edit` makes of it, for strings that hold each of the `contents`. */
function edits(
  edit: (text: string, random: () => number) => Iterable<string>,
  statements = allStatements,
  contents: readonly string[] = [word, `${word} ${word}`],
): HostileClass {
  return function* (random) {
    for (const statement of statements) {
      for (const content of contents)
        yield* edit(
          fill(statement, () => content),
          random,
        )
    }
  }
}

/** The positions of single quotes that open (0) or close (1) a string, in a text whose quotes are in order. */
function quotes(text: string, parity: 0 | 1): number[] {
  const positions = [...text.matchAll(/'/g)].map(({ index }) => index)
  return positions.filter((_, index) => index % 2 === parity)
}

function replaceAt(text: string, position: number, length: number, by: string): string {
  return text.slice(0, position) + by + text.slice(position + length)
}

/** `by` in the place of each opening or each closing quote, one at a time. */
function replaceQuotes(parity: 0 | 1, ...by: string[]): (text: string) => Iterable<string> {
  return function* (text) {
    for (const position of quotes(text, parity)) {
      for (const replacement of by) yield replaceAt(text, position, 1, replacement)
    }
  }
}

/** Strings with their prefixes, in a text whose quotes are in order. */
const strings = /(?:\b(?:[enbx]|u&))?'([^']*)'/gi

/** Other quotes around every string, and around one at a time. */
function requote(...pairs: (readonly [open: string, close: string])[]): (text: string) => Iterable<string> {
  return function* (text) {
    for (const [open, close] of pairs) {
      yield text.replaceAll(strings, (_, content) => open + content + close)
      for (const { index, 0: whole, 1: content } of text.matchAll(strings)) {
        yield replaceAt(text, index, whole.length, open + content + close)
      }
    }
  }
}

/** Each of the pieces at `count` random places behind the verb, which tells what is a query. */
function insert(
  count: number,
  ...pieces: string[]
): (text: string, random: () => number) => Iterable<string> {
  return function* (text, random) {
    const verbEnd = text.search(/[a-z\d)]\b(?!.*\*\/ SELECT)/i) + 8
    for (const piece of pieces) {
      for (let index = 0; index < count; index++) {
        const at = verbEnd + Math.floor(random() * (text.length - verbEnd))
        yield replaceAt(text, at, 0, piece)
      }
    }
  }
}

/** Each of the pieces in place of each string with its quotes and its prefix. */
function pasted(...pieces: string[]): (text: string) => Iterable<string> {
  return function* (text) {
    for (const { index, 0: quoted } of text.matchAll(strings)) {
      for (const piece of pieces) yield replaceAt(text, index, quoted.length, piece)
    }
  }
}

function* cuts(text: string): Iterable<string> {
  for (let length = 1; length < text.length; length++) yield text.slice(0, length)
}

/** A broken statement and a whole one, in one text. */
function* concatenated(text: string, random: () => number): Iterable<string> {
  const other = fill(queries[Math.floor(random() * queries.length)] ?? '', () => word)
  for (const broken of replaceQuotes(1, '', "''")(text)) {
    for (const separator of ['; ', ';\n', '\n', ' ']) {
      yield broken + separator + other
      yield other + separator + broken
    }
  }
}

const spacesAround = (space: string): string => `${word}'${space}${word}${space}'${word}`
const wideSpaces = [...'\u00a0\u2003\u200b\u2028\u3000\ufeff']
const controls = Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)).concat('\u007f')

/**
 * Ways to break the quoting of a statement. Left out are, by construction, the residuals that the README documents:
 *
 * - words that stand without any quotes, and text in double quotes: no class takes both quotes of a string away;
 * - a part between two accidental quotes that reads as SQL, as in `x' or name = 'y`, and, in `CREATE`, `ALTER`, `COPY`,
 *   `DO`, `SET` and `SECURITY LABEL`, words with spaces around between two such quotes: classes that put words there
 *   use {@link queries};
 * - what stood in an opening quote that is missing, unless the text runs into the next quote: contents have no space
 *   at their end where opening quotes are dropped.
 */
export const hostileClasses: Readonly<Record<string, HostileClass>> = {
  'an apostrophe at every position': values([0, 1, 2, 3, 4].map((at) => replaceAt(word, at, 0, "'"))),
  'apostrophes in prose': values(
    [
      `boys' ${word}`,
      `${word}' ${word} '${word}`,
      `${word}' ${word} ${word} '${word}`,
      `' ${word} '`,
      `'${word}' ${word}`,
      `${word} '${word}' ${word}`,
      `${word}' ${word} or ${word} '`,
      `${word}' (${word}) '${word}`,
      `${word}' [${word}] '${word}`,
      `${word}' .${word}. '${word}`,
    ],
    queries,
  ),
  'a keyword glued to a quote': values(
    [`${word}'or ${word}'${word}`, `${word}'AND ${word} ${word} '${word}`, `${word}'is ${word}'${word}`],
    queries,
  ),
  'a word glued to a later quote': values(
    [`${word}' or ${word}'${word}`, `${word}', ${word}'${word}`, `${word}' = ${word}'${word}`],
    queries,
  ),
  'MySQL escapes': values([
    ...[
      `O\\'${word}`,
      `${word}\\`,
      `\\'${word}`,
      `${word}\\'`,
      `${word}\\\\'${word}`,
      `${word}\\'${word}\\'`,
    ],
    ...[`\\'${word}\\'`, `${word}\\"${word}'`, `\\\\\\'${word}`],
  ]),
  'a closing quote is missing': edits(replaceQuotes(1, '', ' ')),
  'an opening quote is missing': edits(replaceQuotes(0, '', ' ')),
  'doubled and tripled quotes': edits(function* (text) {
    yield* replaceQuotes(0, "''", "'''")(text)
    yield* replaceQuotes(1, "''", "'''")(text)
    yield text.replaceAll("'", "''")
    yield text.replaceAll("'", "'''")
  }),
  'cut off at every position': edits(cuts, allStatements, [`${word} ${word}`]),
  // One at a time: what stands between two double quotes is an identifier.
  'a double quote for a single one': edits(function* (text) {
    yield* replaceQuotes(0, '"', `'"`, `"'`)(text)
    yield* replaceQuotes(1, '"', `"'`, `'"`)(text)
  }),
  'double quotes in data': values([
    `"${word}`,
    `${word}"`,
    `${word}'"${word}`,
    `${word}"'${word}`,
    `"${word}'${word}"`,
  ]),
  backticks: edits(requote(['`', '`'], ['`', "'"], ["'", '`'], ["`'", "'`"])),
  'the quotes of prose': edits(
    requote(
      ['‘', '’'],
      ['“', '”'],
      ['’', '’'],
      ['„', '“'],
      ['«', '»'],
      ['‹', '›'],
      ['´', '´'],
      ['＇', '＇'],
      ['‘', "'"],
    ),
  ),
  'escaped quotes': edits(requote(["\\'", "\\'"], ['\\"', '\\"'], ["\\'", "'"], ["'", "\\'"])),
  'a control character beside a quote': values(
    [...'\0\u0001\u0008\u001a\u001b\u007f'].flatMap((control) => [
      `${word}'${control}${word}`,
      `'${control}${word}${control}'`,
    ]),
    queries,
  ),
  'a control character anywhere': edits(insert(1, ...controls), queries, [word]),
  'lone surrogates': values(
    [
      `${word}'\ud800${word}`,
      `\udc00'${word}`,
      `${word}' \ud83d${word}\udc00 '${word}`,
      `\ud800'${word}'\ud800`,
    ],
    queries,
  ),
  'wide spaces': values(
    [...wideSpaces.map(spacesAround), ...wideSpaces.map((space) => `${space}'${space}${word}`)],
    queries,
  ),
  'dollar quotes in data': values(
    [
      `${word}$$${word}`,
      `${word}'$$${word}`,
      `${word}'$$${word}$$'${word}`,
      `$tag$${word}`,
      `${word}$body$ ${word}`,
    ],
    queries,
  ),
  'broken dollar quotes': edits(
    requote(
      ...([
        ['$$', ''],
        ['$$', '$'],
        ['$a$', '$A$'],
        ['$a$', '$b$'],
        ['$a$', '$$'],
        ['$1$', '$1$'],
        ['$$$', '$$'],
        ['$a$$', '$a$'],
        ['$é$', '$e$'],
      ] as const),
    ),
  ),
  comments: values(
    [
      ...[`${word}'--${word}\n`, `${word}'/*${word}`, `${word}'/*${word}*/${word}`, `/*${word}`, `${word}*/`],
      ...[
        `${word}' /*'*/ ${word} '${word}`,
        `${word}' /* /* ' */ ' */ ${word} '`,
        `${word}' --'\n${word} '${word}`,
      ],
    ],
    queries,
  ),
  'comment marks anywhere': edits(insert(3, '/*', '*/', '--', '/* /*', "/* ' */", "--'\n", "/*'")),
  'prefixes that are none': edits(function* (text) {
    yield* replaceQuotes(
      0,
      "N '",
      "E '",
      "U& '",
      "U'",
      "EE'",
      "_utf8'",
      "r'[",
      "@'",
      "X''",
      "N''",
      "E''",
      "B'1'",
    )(text)
  }),
  'prefixes with a backslash at the end': edits(
    function* (text) {
      yield* replaceQuotes(0, "E'", "e'", "N'", "B'", "x'", "U&'", "u&'")(text)
    },
    queries,
    [`${word}\\`],
  ),
  'glued numbers and UUIDs': edits(
    pasted(
      ...[
        `${digits}abc`,
        `-${digits}`,
        `1e${digits}`,
        `0x${digits}`,
        `1_${digits}`,
        `.${digits}`,
        `${digits}'${word}'`,
      ],
      ...[
        `'${word}'${digits}`,
        `${digits}.${digits}.${digits}`,
        `1${digits}91-${digits.slice(1)}-${digits.slice(1)}-1`,
      ],
      ...[`a${digits}91-${digits.slice(1)}-${digits.slice(1)}-${digits.slice(1)}-a${digits}${digits}1`],
    ),
  ),
  'JSON without quotes': edits(
    pasted(
      ...[
        `{"${word}": "${word}"}`,
        `[{"a": "${word}"}]`,
        `{'${word}': '${word}'}`,
        `'{"${word}": "O'${word}"}'`,
      ],
      ...[`'{"a": '${word}'}'`, `{\\"a\\": \\"${word}\\"}`, `'{"a": "${word}"}`, `{"a": "it's ${word}"}`],
    ),
  ),
  'line breaks in data': values(
    [
      `${word}'\r\n${word}`,
      `${word}\r\n'${word}`,
      `${word}'\r\n${word}\r\n'${word}`,
      `\n' \n ${word} \n'`,
      `${word}'\r'\n${word}`,
    ],
    queries,
  ),
  'signs and operators before a quote': edits(function* (text) {
    const runs = ['+-', '-+-+', '||', '@-', '<>!~', '?|']
    for (const run of runs) {
      yield* replaceQuotes(0, `${run}'`, `'${run}'`)(text)
      yield* replaceQuotes(1, run)(text)
    }
  }),
  'several statements': values(
    [`${word}; SELECT '${word}`, `${word}'; ${word} '${word}`, `${word}';${word}`, `; '${word}`],
    queries,
  ),
  'statements in a row, the first or the last broken': edits(concatenated, queries),
  'a quote anywhere': edits(insert(8, "'", '"')),
  'strings with spaces around, and a quote anywhere': edits(insert(12, "'"), queries, [` ${word} `]),
  'marks of quotes anywhere': edits(insert(4, '$$', '$a$', '\\', "E'", "\\'", "''", "U&'", '{"', "'\u0000'")),
  'data of a COPY': function* () {
    const heads = [
      'COPY t FROM stdin;',
      'copy t (a, b) from STDIN with (format csv);',
      'COPY s.t FROM STDIN CSV ;',
    ]
    const tails = [
      `${word}\t${digits}`,
      `${word},'${word}`,
      `"${word}","it's ${word}"`,
      `{"a": "${word}"}`,
      `$$${word}`,
    ]
    for (const head of heads) {
      for (const tail of tails) {
        for (const space of ['\n', '\r\n', ' ', '\n-- a comment\n']) {
          for (const end of ['', '\n\\.', "\n\\.\nSELECT 'x"]) {
            yield head + space + tail + end
            yield `BEGIN; ${head}${space}${tail}${end}`
            yield `SELECT '${word}'; ${head}${space}${tail}\n${tail}${end}`
          }
        }
      }
    }
  },
}
