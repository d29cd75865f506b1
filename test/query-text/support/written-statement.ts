import fc from 'fast-check'
import type { Piece, Pieces } from './statement-pieces.ts'

/** Every form of a literal that PostgreSQL has: those of a text, and the others. */
const texts = [
  ...["'plain'", "''", "'it''s'", "'back\\slash\\'", "'-- no comment /* none */'", "'$1'", "'\"'", "'a;b'"],
  ...["E'it\\'s'", "e'\\\\'", "E'a''b\\x41'", "U&'d\\0061t'", "'two'\n'parts'"],
  ...['$$dollar$$', '$tag$a $$ b$tag$', '$é$x$é$', "$$it's$$", "'line\nbreak'", "'ü💥'", "E'a'\n  'b\\'c'"],
]
const others = [
  ...["B'0101'", "x'1F'", "N'text'"],
  ...['0', '42', '1.5', '.5', '5.', '1e10', '1.5E-3', '0x1F', '0o17', '0b11', '1_000', '-7', '- 1.5', '+3'],
]

const gaps = [
  ' ',
  '  ',
  '\n',
  '\t',
  '\r\n',
  ' /* a comment */ ',
  " /* it's /* nested */ */ ",
  " -- it's\n",
  '\f\v',
]

/** How to write a statement down: which literals, gaps and list lengths, one after another. */
export interface Style {
  readonly texts: readonly string[]
  readonly literals: readonly string[]
  readonly gaps: readonly string[]
  readonly lengths: readonly number[]
  readonly isLowerCase: boolean
}

export const plainStyle: Style = {
  texts: ["'x'"],
  literals: ["'x'"],
  gaps: [' '],
  lengths: [1],
  isLowerCase: false,
}

export const anyStyle: fc.Arbitrary<Style> = fc.record({
  texts: fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 8 }),
  literals: fc.array(fc.constantFrom(...texts, ...others), { minLength: 1, maxLength: 12 }),
  gaps: fc.array(fc.constantFrom(...gaps), { minLength: 1, maxLength: 8 }),
  lengths: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
  isLowerCase: fc.boolean(),
})

/** Writes a statement down. Two texts of the same pieces ask for the same thing with other values. */
export function written(pieces: Pieces, style: Style): string {
  const next = { literal: 0, length: 0 }
  const words = flatten(pieces, style, next)
  return words
    .map((word, index) => (index === 0 ? '' : gapBetween(words[index - 1] ?? '', index, style)) + word)
    .join('')
}

/** No comment behind words that libpg-query, other than PostgreSQL, only understands with the next one beside them. */
function gapBetween(previous: string, index: number, style: Style): string {
  const gap = style.gaps[index % style.gaps.length] ?? ' '
  return /^(not|nulls|with)$/i.test(previous) && /-|\//.test(gap) ? '\n' : gap
}

function flatten(pieces: Pieces, style: Style, next: { literal: number; length: number }): string[] {
  return pieces.flatMap((piece) => flattenOne(piece, style, next))
}

function flattenOne(piece: Piece, style: Style, next: { literal: number; length: number }): string[] {
  if (typeof piece === 'string')
    return [style.isLowerCase && /^[A-Z]+$/.test(piece) ? piece.toLowerCase() : piece]
  if ('literal' in piece) {
    const forms = piece.literal === 'text' ? style.texts : style.literals
    return [forms[next.literal++ % forms.length] ?? "''"]
  }
  const length = style.lengths[next.length++ % style.lengths.length] ?? 1
  return Array.from({ length }, (_, index) => [
    ...(index === 0 ? [] : [',']),
    ...flatten(piece.list, style, next),
  ]).flat()
}
