import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { exceptionStack } from './exception-stack.js'

const firstLine = 'DatabaseError: unique_violation'
const file = join(process.cwd(), 'src/orders (new).js')

test('the error’s text goes, also where its lines look like frames', () => {
  const error = new Error('secret\n    at secret (secret.js:1:1)\nsecret')
  const stack = exceptionStack(error.stack, error.message, firstLine)
  expect(stack).not.toContain('secret')
  expect(stack?.split('\n').slice(0, 2)).toEqual([
    firstLine,
    expect.stringMatching(
      /^ {4}at .*\(?packages\/instrumentation-pg\/src\/recorders\/exception-stack\.test\.ts:\d+:\d+\)?$/,
    ),
  ])
})

test('a text that was changed after the stack was taken leaves no stack', () => {
  const error = new Error('secret\n    at secret (secret.js:1:1)')
  expect(exceptionStack(error.stack, 'another', firstLine)).toBeUndefined()
  expect(exceptionStack(error.stack, 4711, firstLine)).toBeUndefined()
  expect(exceptionStack(undefined, 'another', firstLine)).toBeUndefined()
})

test.each([
  [`    at load (${file}:12:5)`, '    at load (src/orders (new).js:12:5)'],
  [`    at async load (${pathToFileURL(file)}:12:5)`, '    at async load (src/orders (new).js:12:5)'],
  [`    at async ${file}:12:5`, '    at async src/orders (new).js:12:5'],
  [`    at ${pathToFileURL(file)}:12:5`, '    at src/orders (new).js:12:5'],
  ['    at async Promise.all (index 0)', '    at async Promise.all (index 0)'],
  ['    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)', undefined],
  ['    at new Promise (<anonymous>)', undefined],
])('the frame %s reads %s', (frame, expected) => {
  expect(exceptionStack(`Error: x\n${frame}`, 'x', firstLine)).toBe(`${firstLine}\n${expected ?? frame}`)
})

test('code that was made of text names nothing', () => {
  const stack = exceptionStack(
    'Error: x\n    at eval (eval at secret (/secret.js:1:1), <anonymous>:1:1)',
    'x',
    firstLine,
  )
  expect(stack).toBe(firstLine)
})
