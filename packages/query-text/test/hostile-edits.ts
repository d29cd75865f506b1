import { queries, utilityStatements } from './hostile-statements.ts'

/** Data in strings. */
export const word = 'zqzq'
/** Data in numbers. */
export const digits = '97979'
export const allStatements: readonly string[] = [...queries, ...utilityStatements]

/** Makes the mutants of one class; `random` gives numbers from 0 to 1, the same ones for the same seed. */
export type HostileClass = (random: () => number) => Iterable<string>

/** The statement with `contentAt(index)` in each place for a string, and digits in each place for a number. */
export function fill(statement: string, contentAt: (index: number) => string): string {
  let index = 0
  return statement.replaceAll('%d', digits).replaceAll('%s', () => contentAt(index++))
}

/** Each value in each place of each statement, and in all its places at once. */
export function values(list: readonly string[], statements = allStatements): HostileClass {
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
export function edits(
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
export function quotes(text: string, parity: 0 | 1): number[] {
  const positions = [...text.matchAll(/'/g)].map(({ index }) => index)
  return positions.filter((_, index) => index % 2 === parity)
}

export function replaceAt(text: string, position: number, length: number, by: string): string {
  return text.slice(0, position) + by + text.slice(position + length)
}

/** `by` in the place of each opening or each closing quote, one at a time. */
export function replaceQuotes(parity: 0 | 1, ...by: string[]): (text: string) => Iterable<string> {
  return function* (text) {
    for (const position of quotes(text, parity)) {
      for (const replacement of by) yield replaceAt(text, position, 1, replacement)
    }
  }
}

/** Strings with their prefixes, in a text whose quotes are in order. */
const strings = /(?:\b(?:[enbx]|u&))?'([^']*)'/gi

/** Other quotes around every string, and around one at a time. */
export function requote(
  ...pairs: (readonly [open: string, close: string])[]
): (text: string) => Iterable<string> {
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
export function insert(
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
export function pasted(...pieces: string[]): (text: string) => Iterable<string> {
  return function* (text) {
    for (const { index, 0: quoted } of text.matchAll(strings)) {
      for (const piece of pieces) yield replaceAt(text, index, quoted.length, piece)
    }
  }
}

/** Every beginning of the text. */
export function* cuts(text: string): Iterable<string> {
  for (let length = 1; length < text.length; length++) yield text.slice(0, length)
}

/** A broken statement and a whole one, in one text. */
export function* concatenated(text: string, random: () => number): Iterable<string> {
  const other = fill(queries[Math.floor(random() * queries.length)] ?? '', () => word)
  for (const broken of replaceQuotes(1, '', "''")(text)) {
    for (const separator of ['; ', ';\n', '\n', ' ']) {
      yield broken + separator + other
      yield other + separator + broken
    }
  }
}
