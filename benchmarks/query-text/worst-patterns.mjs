/**
 * Units which a scanner that is not careful reads again and again, or that make it do most of its work per character.
 * A pattern is a unit that is repeated up to the longest text that is read.
 */
const units = {
  'signs in an operator': '+-',
  'an operator before signs': '<+-+-',
  'operators that lift the rule for signs': '@+-',
  slashes: '/',
  stars: '*',
  'comments without an end': '/*',
  'comments that end at once': '/**/',
  'line comments': '--\n',
  quotes: "'",
  'strings glued to each other': "'a''b'",
  'segments of a string': "'a'\n",
  'strings that no segment follows': "'a' --b\n,",
  'open dollar quotes': '$a ',
  'dollar quotes': '$a$ $b$',
  'dollar signs': '$',
  'a dollar tag without an end': '$aaaaaaaa',
  'double quotes': '"',
  backslashes: "E'\\",
  brackets: '(',
  'squares and brackets': '[(',
  'closed brackets': '(a)',
  'lists in lists': 'a IN (1,(2,',
  lists: 'a IN (1,2,3) AND ',
  'lists of different items': 'a IN (1,b) AND ',
  'rows of values': 'VALUES (1),(2),',
  names: 'a.',
  'tables of a FROM list': 'FROM a,',
  'distinct tables': 'FROM a JOIN b ',
  'common tables': 'WITH a AS (SELECT 1),',
  statements: 'SELECT 1;',
  'statements of one word': 'a;',
  parameters: '$1,',
  numbers: '1e+',
  'numbers and commas': '1,',
  'masked values': '1 ',
  'bare UUIDs': '01234567-89ab-',
  casts: 'a::b::',
  comparisons: 'a=1 ',
  'reversed comparisons': '$1=a=',
  keywords: 'AND OR ',
  'control characters': '\u0001a',
  'words beyond ASCII': 'é\u00a0',
}

/** Texts of `length` characters, by name. */
export function worstTexts(length) {
  return Object.entries(units).map(([name, unit]) => ({
    name,
    text: `SELECT ${unit.repeat(length / unit.length + 1)}`.slice(0, length),
  }))
}
