import { expect, test } from 'vitest'
import { errorTypeOf, sqlStateOf } from './error-type.js'

const serverError = (code: string): Error =>
  Object.assign(new Error('secret value "x"'), { code, severity: 'ERROR' })

test.each([
  [serverError('23505'), '23505', '23505'],
  [
    Object.assign(new Error('connect ECONNREFUSED 10.0.0.1'), { code: 'ECONNREFUSED' }),
    'ECONNREFUSED',
    undefined,
  ],
  [new Error('Query read timeout'), 'query_timeout', undefined],
  [new Error('timeout exceeded when trying to connect'), 'pool_timeout', undefined],
  [new Error('Connection terminated unexpectedly'), 'connection_terminated', undefined],
  [new Error('Client was closed and is not queryable'), 'client_closed', undefined],
  [new RangeError('secret'), 'RangeError', undefined],
  [Object.assign(new Error('x'), { name: 'secret name with spaces' }), '_OTHER', undefined],
  [Object.assign(new Error('x'), { code: 'a secret code' }), 'Error', undefined],
  [Object.assign(new Error('secret'), { message: 4711 }), 'Error', undefined],
  ['secret', '_OTHER', undefined],
  [null, '_OTHER', undefined],
])('%s has error.type %s and SQLSTATE %s', (error, type, sqlState) => {
  expect(errorTypeOf(error)).toBe(type)
  expect(sqlStateOf(error)).toBe(sqlState)
})
