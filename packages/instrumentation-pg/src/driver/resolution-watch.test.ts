import type { CallSite } from '@pgspan/lifecycle'
import { beforeEach, expect, test } from 'vitest'
import { watchResolutions } from './resolution-watch.js'

const own = 'packages/instrumentation-pg/src/driver/resolution-watch.test.ts'
const found: (CallSite | undefined)[] = []
const note = (site: CallSite | undefined): number => found.push(site)
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
beforeEach(async () => {
  await turn()
  await turn()
  found.length = 0
})

/** A promise that is resolved by hand, in a turn in which a statement is looked for. */
function queued(fingerprint: string, times = 1): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      for (let n = 0; n < times; n++) watchResolutions(fingerprint, undefined, note)
      resolve()
    })
  })
}
async function library(fingerprint: string, times?: number): Promise<void> {
  await queued(fingerprint, times)
}

/** The line of its caller. */
function lineHere(): number {
  const frame = (new Error().stack ?? '').split('\n')[2]
  return Number(/:(\d+):\d+\)?$/.exec(frame ?? '')?.[1])
}

test('who awaits a function behind a queue is found before going on', async () => {
  async function ask(): Promise<number> {
    await library('behind a queue')
    const line = lineHere() - 1
    expect(found).toHaveLength(1)
    return line
  }
  const line = await ask()
  expect(found).toEqual([expect.objectContaining({ file: own, line, functionName: 'ask' })])
})

test('what is made and awaited afterwards is not taken for it', async () => {
  const ready = Promise.resolve()
  const other = async (): Promise<void> => {
    await ready
  }
  async function ask(): Promise<void> {
    await queued('made afterwards')
    await other()
    await other()
  }
  async function askAnother(): Promise<number> {
    await ask()
    return lineHere() - 1
  }
  const line = await askAnother()
  expect(found).toEqual([expect.objectContaining({ file: own, line, functionName: 'askAnother' })])
})

test('two that are looked for in one turn are not told apart', async () => {
  await library('twice', 3)
  expect(found).toEqual([undefined, undefined, undefined])
})

test('a statement that led nowhere five times is not looked for again', async () => {
  for (let n = 0; n < 5; n++) {
    watchResolutions('nowhere', undefined, note)
    await turn()
    await turn()
  }
  expect(found).toEqual(Array(5).fill(undefined))
  watchResolutions('nowhere', undefined, note)
  expect(found).toHaveLength(6)
})
