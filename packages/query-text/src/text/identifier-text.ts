import { detachedSlice } from './detached-text.js'

const DOUBLE_QUOTE = 0x22

/**
 * The name that an identifier in the text stands for: without quotes, or folded to lower case (ASCII only) as
 * PostgreSQL does. Unicode escapes of `U&"…"` stay as they are written.
 */
export function identifierText(text: string, start: number, end: number): string {
  if (text.charCodeAt(end - 1) === DOUBLE_QUOTE) {
    const quote = text.charCodeAt(start) === DOUBLE_QUOTE ? start : text.indexOf('"', start)
    return quotedText(text, quote + 1, end - 1)
  }
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0x41 && code <= 0x5a) return foldAscii(text.slice(start, end))
  }
  return detachedSlice(text, start, end)
}

function quotedText(text: string, start: number, end: number): string {
  const inside = detachedSlice(text, start, end)
  return text.indexOf('"', start) === end ? inside : inside.replaceAll('""', '"')
}

function foldAscii(word: string): string {
  let folded = ''
  for (let at = 0; at < word.length; at++) {
    const code = word.charCodeAt(at)
    folded += code >= 0x41 && code <= 0x5a ? String.fromCharCode(code + 32) : word.charAt(at)
  }
  return folded
}
