import { expect, test } from 'vitest'
import { CallSiteMemory } from './call-site-memory.js'

const site = (line: number) => ({
  file: 'a.js',
  line,
  column: 1,
  functionName: undefined,
  library: undefined,
})

function filled(lines: readonly number[]): CallSiteMemory {
  const memory = new CallSiteMemory()
  for (const line of lines) memory.remember('unit statement', site(line), 0)
  return memory
}

test('nothing is recalled before three answers', () => {
  expect(filled([1, 2]).recall('unit statement', 0)).toBeUndefined()
})

test('the third answer is given again', () => {
  const memory = filled([1, 2, 3, 4])
  const recalled = [1, 2].map(() => memory.recall('unit statement', 30_000)?.[0]?.line)
  expect(recalled).toEqual([3, 3])
  expect(memory.recall('another', 0)).toBeUndefined()
})

test('that nobody can tell is remembered as well', () => {
  const memory = new CallSiteMemory()
  for (let i = 0; i < 9; i++) memory.remember('key', undefined, 0)
  expect(memory.recall('key', 0)).toEqual([undefined])
})

test('after a minute it is asked for again', () => {
  expect(filled([1, 2, 3]).recall('unit statement', 60_001)).toBeUndefined()
})

test('it is bounded', () => {
  const memory = filled([1, 2, 3])
  for (let i = 0; i < 1_500; i++) memory.remember(`key ${i}`, undefined, 0)
  expect(memory.recall('unit statement', 0)).toBeUndefined()
})
