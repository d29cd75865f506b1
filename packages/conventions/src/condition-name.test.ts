import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { conditionsFile } from '../../../scripts/sqlstate-conditions.mjs'
import { conditionNameOf } from './condition-name.js'

test.each([
  ['23505', 'unique_violation'],
  ['42601', 'syntax_error'],
  ['22P02', 'invalid_text_representation'],
  ['57P01', 'admin_shutdown'],
  ['HV00R', 'fdw_table_not_found'],
  ['XX000', 'internal_error'],
  ['P0001', 'raise_exception'],
])('%s is %s', (sqlState, name) => {
  expect(conditionNameOf(sqlState)).toBe(name)
})

test.each([
  ['23999', 'integrity_constraint_violation'],
  ['22ABC', 'data_exception'],
])('%s, which PostgreSQL does not list, has the name of its class', (sqlState, name) => {
  expect(conditionNameOf(sqlState)).toBe(name)
})

test.each(['U0001', '__pro', '', 'const'])('%j, of no class that PostgreSQL knows, has no name', (code) => {
  expect(conditionNameOf(code)).toBeUndefined()
})

test('the table is what the server’s own list says', () => {
  expect(readFileSync(new URL('./sqlstate-conditions.ts', import.meta.url), 'utf8')).toBe(conditionsFile())
})
