import { expect, test } from 'vitest'
import { identifierText } from './identifier-text.js'

test.each([
  ['users', 'users'],
  ['Users', 'users'],
  ['aAzZ', 'aazz'],
  ['a_1$', 'a_1$'],
  ['ÉA', 'Éa'],
  ['[A@`{', '[a@`{'],
  ['"Users"', 'Users'],
  ['"a""b"', 'a"b'],
  ['""""', '"'],
  ['"a b"', 'a b'],
  ['U&"d\\0061t"', 'd\\0061t'],
  ['u&"A"', 'A'],
])('the name of %s is %s', (identifier, name) => {
  expect(identifierText(identifier, 0, identifier.length)).toBe(name)
  expect(identifierText(`FROM ${identifier}, "b""c"`, 5, 5 + identifier.length)).toBe(name)
})
