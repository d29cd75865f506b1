import { expect, test } from 'vitest'
import { CallSiteMemory } from './call-site-memory.js'
import { CallSiteSample } from './call-site-sample.js'

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

function sampleOf(lines: readonly number[]): CallSiteSample {
  const sample = new CallSiteSample()
  for (const line of lines) {
    sample.ask()
    sample.answer(site(line))
  }
  return sample
}

test('three units of work with one place each are believed', () => {
  const memory = new CallSiteMemory()
  for (let unit = 0; unit < 3; unit++) {
    expect(memory.recall('finder', 0)).toBeUndefined()
    memory.rememberSample('finder', sampleOf([7, 7, 7]), 0)
  }
  expect(memory.recall('finder', 0)?.[0]?.line).toBe(7)
})

test('a statement that one unit of work makes from several places is asked about each time', () => {
  const memory = new CallSiteMemory()
  memory.rememberSample('finder', sampleOf([7, 8, 9]), 0)
  for (let unit = 0; unit < 5; unit++) memory.rememberSample('finder', sampleOf([7, 7, 7]), 0)
  expect(memory.recall('finder', 0)).toBeUndefined()
})

test('what the memory says at a unit’s first question holds for its others', () => {
  const sample = new CallSiteSample()
  expect(sample.recallOnce(() => undefined)).toBeUndefined()
  expect(sample.recallOnce(() => [site(7)])).toBeUndefined()
})
