/** In place of a code unit: the text ends before the position. */
const NONE = -1

/**
 * The UTF-16 code unit at a position that may lie behind the end. `charCodeAt` alone must not be asked for those: a
 * place in the code where it once gave `NaN` is ten times slower from then on.
 */
export function codeAt(text: string, at: number): number {
  return at < text.length ? text.charCodeAt(at) : NONE
}
