import { expect, test } from 'vitest'
import { copyOf, detachedFrom, detachedSlice, MAX_KEPT_TEXT } from './detached-text.js'

const parts = ['', 'a', 'a'.repeat(12), 'a'.repeat(13), 'é列\ud800 and more of it', '💥'.repeat(50)]

test.each([10, MAX_KEPT_TEXT, MAX_KEPT_TEXT + 1, 100_000])(
  'a part of %i characters has the same characters',
  (length) => {
    const text = parts.join('|').padEnd(length, 'x').slice(0, length)
    for (const part of [...parts, text]) expect(detachedFrom(text, part)).toBe(part)
    for (let end = 0; end < Math.min(length, 200); end++)
      expect(detachedSlice(text, 0, end)).toBe(text.slice(0, end))
  },
)

test('a copy has the same characters', () => {
  for (const part of parts) expect(copyOf(part)).toBe(part)
})
