import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { context, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { afterEach, describe, expect, test } from 'vitest'
import { followHttpRequests } from './http-units-of-work.js'
import { processState } from './process-state.js'
import { maximumTraceUnits, TraceUnits, traceIdleMillis } from './trace-units.js'
import { UnitOfWork } from './unit-of-work.js'
import {
  bindSpanToUnitOfWork,
  currentUnitOfWork,
  followTraces,
  runInUnitOfWork,
  runOutsideUnitOfWork,
  runWithUnitOfWork,
} from './units-of-work.js'

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

const traceId = '0af7651916cd43dd8448eb211c80319c'
const unsampled = trace.wrapSpanContext({ traceId, spanId: 'b7ad6b7169203331', traceFlags: TraceFlags.NONE })

describe('a unit of work', () => {
  test('of a job lasts until its promise settles, and is seen by everything that the job starts', async () => {
    let unit: UnitOfWork | undefined
    const result = await runInUnitOfWork('send mails', async () => {
      unit = currentUnitOfWork()
      await sleep(1)
      expect(currentUnitOfWork()).toBe(unit)
      return 7
    })
    expect(result).toBe(7)
    expect(unit).toMatchObject({ kind: 'job', name: 'send mails', ended: true })
    expect(currentUnitOfWork()).toBeUndefined()
  })

  test('of a job that throws or rejects ends, and the error is the job’s', async () => {
    const seen: (UnitOfWork | undefined)[] = []
    const failing = (): never => {
      seen.push(currentUnitOfWork())
      throw new Error('job at fault')
    }
    expect(() => runInUnitOfWork('a', failing)).toThrow('job at fault')
    await expect(runInUnitOfWork('b', async () => failing())).rejects.toThrow('job at fault')
    expect(seen.map((unit) => unit?.ended)).toEqual([true, true])
  })

  test('accepts nothing after its end', async () => {
    let later: Promise<UnitOfWork | undefined> | undefined
    runInUnitOfWork('quick', () => {
      later = sleep(1).then(() => currentUnitOfWork())
    })
    expect(await later).toBeUndefined()
  })

  test('is the innermost one', () => {
    runInUnitOfWork('outer', () => {
      runInUnitOfWork('inner', () => expect(currentUnitOfWork()?.name).toBe('inner'))
      expect(currentUnitOfWork()?.name).toBe('outer')
    })
  })

  test('follows the active trace where there is nothing else, also if it is not sampled', () => {
    const active = trace.setSpan(ROOT_CONTEXT, unsampled)
    expect(currentUnitOfWork(active)).toBeUndefined()
    const stop = followTraces()
    const unit = currentUnitOfWork(active)
    expect(unit).toMatchObject({ kind: 'trace', traceId })
    expect(currentUnitOfWork(active)).toBe(unit)
    stop()
    expect(unit?.ended).toBe(true)
  })

  test('of a span is inner to the job that the span was started in, and outer to jobs started in it', () => {
    runInUnitOfWork('worker', () => {
      const worker = currentUnitOfWork()
      const message = new UnitOfWork('trace', 'message')
      message.outer = worker
      const span = trace.wrapSpanContext({
        traceId,
        spanId: 'b7ad6b7169203332',
        traceFlags: TraceFlags.SAMPLED,
      })
      bindSpanToUnitOfWork(span, message)
      const active = trace.setSpan(ROOT_CONTEXT, span)
      expect(currentUnitOfWork(active)).toBe(message)
      context.with(active, () =>
        runInUnitOfWork('step', () => expect(currentUnitOfWork()?.name).toBe('step')),
      )
    })
  })

  test('is restored for a callback that runs elsewhere, and left by what outlives it', () => {
    runInUnitOfWork('caller', () => {
      const caller = currentUnitOfWork()
      runInUnitOfWork('releaser', () => {
        const seen = runWithUnitOfWork(
          ROOT_CONTEXT,
          caller,
          (n: number) => [currentUnitOfWork(), n],
          undefined,
          3,
        )
        expect(seen).toEqual([caller, 3])
        expect(runOutsideUnitOfWork(() => currentUnitOfWork())).toBeUndefined()
      })
    })
  })

  test('tells its end once, and at once to who asks after it', () => {
    const unit = new UnitOfWork('job', 'x')
    const seen: string[] = []
    unit.onEnd(() => seen.push('first'))
    unit.end()
    unit.end()
    unit.onEnd(() => seen.push('late'))
    expect(seen).toEqual(['first', 'late'])
  })

  test('needs a name', () => {
    expect(() => runInUnitOfWork('', () => 1)).toThrow(
      new TypeError('runInUnitOfWork: name must be a non-empty string'),
    )
  })
})

describe('units of traces', () => {
  test('are bounded, and the quietest ends first', () => {
    const units = new TraceUnits()
    const stop = units.follow()
    const first = units.unitOf('first')
    const second = units.unitOf('second')
    for (let i = 2; i < maximumTraceUnits; i++) units.unitOf(`trace ${i}`)
    units.unitOf('first')
    units.unitOf('one more')
    expect(units.size).toBe(maximumTraceUnits)
    expect(first?.ended).toBe(false)
    expect(second?.ended).toBe(true)
    stop()
    expect(units.size).toBe(0)
  })

  test('are the same for queries in a row, and new after their end', () => {
    const units = new TraceUnits()
    units.follow()
    const first = units.unitOf('one')
    expect(units.unitOf('one')).toBe(first)
    expect(units.latestOf('one')).toBe(first)
    const other = units.unitOf('other')
    expect([units.latestOf('one'), units.latestOf('other')]).toEqual([undefined, other])
    other?.end()
    expect(units.latestOf('other')).toBeUndefined()
    expect(units.unitOf('other')).not.toBe(other)
    units.endIdle(Number.POSITIVE_INFINITY)
  })

  test('are found by a callback that runs elsewhere through its span, and enter no storage', () => {
    const stop = followTraces()
    const active = trace.setSpan(ROOT_CONTEXT, unsampled)
    const unit = currentUnitOfWork(active)
    const look = () => [currentUnitOfWork(), processState().unitOfWorkStorage.getStore()]
    expect(unit?.kind).toBe('trace')
    expect(runWithUnitOfWork(active, unit, look, undefined)).toEqual([unit, undefined])
    runInUnitOfWork('releaser', () => {
      expect(runWithUnitOfWork(active, unit, look, undefined)).toEqual([unit, unit])
    })
    stop()
  })

  test('end when no query has come for a minute', () => {
    const units = new TraceUnits()
    units.follow()
    const unit = units.unitOf('quiet')
    units.endIdle(performance.now() + traceIdleMillis - 1_000)
    expect(unit?.ended).toBe(false)
    units.endIdle(performance.now() + traceIdleMillis + 1)
    expect(unit?.ended).toBe(true)
    expect(units.size).toBe(0)
  })
})

describe('units of HTTP requests', () => {
  let server: Server | undefined
  const stop = followHttpRequests()
  afterEach(() => server?.close())

  async function serve(handle: (request: IncomingMessage) => Promise<void>): Promise<string> {
    server = createServer((request, response) => {
      handle(request).finally(() => response.end('{}'))
    })
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  test('are one each for parallel requests on kept-alive connections, also after their bodies have come', async () => {
    const units = new Map<string, Set<UnitOfWork | undefined>>()
    const url = await serve(async (request) => {
      const seen = new Set<UnitOfWork | undefined>()
      units.set(request.url ?? '', seen)
      seen.add(currentUnitOfWork())
      for await (const _chunk of request) seen.add(currentUnitOfWork())
      await sleep(5)
      seen.add(currentUnitOfWork())
      await new Promise<void>((resolve) => setImmediate(resolve))
      seen.add(currentUnitOfWork())
    })
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          fetch(`${url}/items/${round * 10 + i}?secret=1`, {
            method: 'POST',
            body: 'x'.repeat(100_000),
          }).then((r) => r.text()),
        ),
      )
    }
    expect(units.size).toBe(30)
    const all = new Set([...units.values()].flatMap((seen) => [...seen]))
    expect(all.size).toBe(30)
    for (const unit of all) expect(unit).toMatchObject({ kind: 'http', name: 'POST /items/:id' })
    await sleep(5)
    for (const unit of all) expect(unit?.ended).toBe(true)
  })

  test('end when the client goes away', async () => {
    let unit: UnitOfWork | undefined
    const url = await serve(async () => {
      unit = currentUnitOfWork()
      await sleep(50)
    })
    const request = httpRequest(`${url}/slow`)
    request.on('error', () => {})
    request.end()
    for (let i = 0; i < 100 && unit === undefined; i++) await sleep(2)
    request.destroy()
    for (let i = 0; i < 100 && unit?.ended === false; i++) await sleep(2)
    expect(unit?.ended).toBe(true)
  })

  test('are no longer made when the last who wanted them has stopped', async () => {
    const stopAnother = followHttpRequests()
    stop()
    stop()
    let unit: UnitOfWork | undefined
    const url = await serve(async () => {
      unit = currentUnitOfWork()
    })
    await fetch(url).then((r) => r.text())
    expect(unit?.kind).toBe('http')
    stopAnother()
    unit = undefined
    await fetch(url).then((r) => r.text())
    expect(unit).toBeUndefined()
  })
})
