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

const nineTimes = Array.from({ length: 9 }, () => 7)

test('nothing is recalled before nine answers', () => {
  expect(filled(nineTimes.slice(1)).recall('unit statement', 0)).toBeUndefined()
})

test('what was answered nine times is given again', () => {
  const memory = filled(nineTimes)
  const recalled = [1, 2].map(() => memory.recall('unit statement', 30_000)?.[0]?.line)
  expect(recalled).toEqual([7, 7])
  expect(memory.recall('another', 0)).toBeUndefined()
})

test('answers that change are not remembered', () => {
  expect(
    filled([...nineTimes.slice(1), 8, ...nineTimes.slice(1)]).recall('unit statement', 0),
  ).toBeUndefined()
})

test('that nobody can tell is remembered as well', () => {
  const memory = new CallSiteMemory()
  for (let i = 0; i < 9; i++) memory.remember('key', undefined, 0)
  expect(memory.recall('key', 0)).toEqual([undefined])
})

test('after a minute it is asked for again', () => {
  expect(filled(nineTimes).recall('unit statement', 60_001)).toBeUndefined()
})

test('it is bounded', () => {
  const memory = filled(nineTimes)
  for (let i = 0; i < 1_500; i++) memory.remember(`key ${i}`, undefined, 0)
  expect(memory.recall('unit statement', 0)).toBeUndefined()
})
