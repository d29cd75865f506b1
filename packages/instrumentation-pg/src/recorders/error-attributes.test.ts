import { expect, test } from 'vitest'
import { errorAttributes, errorStatus } from './error-attributes.js'

/** As the driver makes it; that it does is tested with a real server in `test/errors.test.ts`. */
function serverError(fields: object): Error {
  return Object.assign(new Error('secret'), { code: '23505', severity: 'ERROR' }, fields)
}

test('a severity in another language is left out: it is the server’s text', () => {
  expect(errorAttributes(serverError({ severity: 'FEHLER' }))).toEqual({
    'error.type': '23505',
    'db.response.status_code': '23505',
  })
})

test.each([
  ['longer than a name can be', { constraint: 'x'.repeat(64) }],
  ['empty', { table: '' }],
  ['no text', { column: 7 }],
  ['raised by a procedure', { table: 'secret', file: 'pl_exec.c' }],
  ['raised by a procedure in Python', { table: 'secret', file: 'plpy_elog.c' }],
  ['raised by a procedure in JavaScript', { table: 'secret', file: '/build/plv8/plv8.cc' }],
  ['no position', { position: 'secret' }],
  ['before the text', { position: '0' }],
])('what is %s is left out', (_what, fields) => {
  expect(Object.keys(errorAttributes(serverError(fields)))).toEqual([
    'error.type',
    'db.response.status_code',
    'pgspan.error.severity',
  ])
})

test('an error that is not a server’s has its type alone, whatever it carries', () => {
  const error = Object.assign(new Error('secret'), { code: 'ECONNREFUSED', table: 'secret', position: '1' })
  expect(errorAttributes(error)).toEqual({ 'error.type': 'ECONNREFUSED' })
  expect(errorStatus(error)).toEqual({ code: 2 })
})
