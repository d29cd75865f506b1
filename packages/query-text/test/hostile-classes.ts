import {
  allStatements,
  concatenated,
  cuts,
  digits,
  edits,
  type HostileClass,
  insert,
  pasted,
  replaceAt,
  replaceQuotes,
  requote,
  values,
  word,
} from './hostile-edits.ts'
import { queries } from './hostile-statements.ts'

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
