/** Words behind which a sign belongs to the value that follows. */
const beforeSign = new Set(
  '( , [ = < > <= >= <> + - * / || => := : select when then else and or between limit where by returning values'.split(
    ' ',
  ),
)

/**
 * The normalised tokens of a statement without what a fingerprint leaves out on purpose: lengths of lists and rows,
 * signs, and lengths and precisions of types.
 */
export function normalizedCollapsed(tokens: string): string {
  const words = tokens.split(' ').map((word) => (/^n\$\d+$/.test(word) ? '?' : word))
  const unsigned = words
    .filter((word, at) => !isSign(words, word, at))
    .map((word) => (/^\d+$/.test(word) ? '?' : word))
  return readGroup(unsigned, { at: 0 }, '').join(' ')
}

function isSign(words: readonly string[], word: string, at: number): boolean {
  const previous = words[at - 1]
  return (
    (word === '-' || word === '+') &&
    words[at + 1] === '?' &&
    (previous === undefined || beforeSign.has(previous))
  )
}

/** Reads up to the end of a bracket, and leaves out items of lists and rows of values that are like the one before. */
function readGroup(words: readonly string[], position: { at: number }, opener: string): string[] {
  const read: string[][] = [[]]
  let isRows = false
  while (position.at < words.length) {
    const word = words[position.at++] ?? ''
    if (word === ')' || word === ']') break
    const item = read.at(-1) ?? []
    if (word === ',') read.push([])
    else if (word === '(' || word === '[') {
      const inner = readGroup(words, position, word === '[' ? '[' : (words[position.at - 2] ?? ''))
      isRows ||= item.at(-1) === 'values'
      item.push(word, ...inner, word === '(' ? ')' : ']')
    } else item.push(word)
  }
  return collapse(read, opener === 'in' || opener === '[', isRows)
}

function collapse(items: readonly string[][], isList: boolean, hasRows: boolean): string[] {
  const texts = items.map((item) => item.join(' '))
  const kept = texts.filter((text, at) => {
    const previous = texts[at - 1]
    if (at === 0 || previous === undefined) return true
    const row = text.startsWith('( ') && /^\( .*\)$/.test(text)
    return (
      !(isList && text === previous) &&
      !(hasRows && row && (previous === text || previous.endsWith(`values ${text}`)))
    )
  })
  return [kept.join(' , ')]
}
