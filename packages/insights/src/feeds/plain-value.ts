/** Constants, enumerations and the first rows of every table are below. */
export const plainIntegers = 100

const dataDigits = 4
const dataChanges = 3
const shortText = 8

/**
 * True for what could as well stand in the code: a small number, a word, a day. False for what only data looks like: an
 * address, a UUID, a number of three digits, letters and digits in a mix.
 */
export function isPlainValue(value: unknown): boolean {
  if (typeof value === 'number') return Math.abs(value) < plainIntegers
  if (typeof value === 'string') return isPlainNumber(value) ?? !looksLikeData(value)
  if (typeof value === 'bigint') return isPlainValue(Number(value))
  return true
}

/** A word can be a constant in the code as well; an address, or a text with numbers in it, hardly. */
export function looksLikeData(text: string): boolean {
  if (text.length < shortText || isDay(text)) return false
  let digits = 0
  let changes = 0
  let wasDigit = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 64) return true
    const isDigit = code >= 48 && code <= 57
    if (isDigit) digits++
    if (i > 0 && isDigit !== wasDigit) changes++
    wasDigit = isDigit
    if (changes > 0 && (digits >= dataDigits || changes >= dataChanges)) return true
  }
  return false
}

/** `2026-05-10`, also with a time behind it. */
function isDay(text: string): boolean {
  return (
    text.charCodeAt(4) === 45 &&
    text.charCodeAt(7) === 45 &&
    text.charCodeAt(2) <= 57 &&
    text.charCodeAt(5) <= 57
  )
}

/** Undefined for what is no number in decimal. */
function isPlainNumber(text: string): boolean | undefined {
  if (text.length === 0 || text.length > 20) return undefined
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 48 || code > 57) return undefined
  }
  return text.length < 3
}
