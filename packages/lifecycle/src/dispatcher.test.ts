import { DiagLogLevel, diag, ROOT_CONTEXT } from '@opentelemetry/api'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Checkout } from './checkout.js'
import { ConnectionOpening } from './connection-opening.js'
import { Connection } from './database-target.js'
import { Dispatcher } from './dispatcher.js'
import type { Observer } from './observer.js'
import { PoolView } from './pool-view.js'
import { QueryExecution } from './query-execution.js'
import type { QueryShape } from './query-shape.js'

const target = { namespace: 'shop', address: 'db', port: 5432, user: 'app' }
const connection = new Connection(1, target)
const shape: QueryShape = {
  sanitizedText: 'SELECT ?',
  summary: 'SELECT',
  fingerprint: '1-0000000000000000',
  kind: 'read',
  tables: [],
  slots: [],
  hasOrderBy: false,
  hasLimit: false,
  hasOffset: false,
  locks: false,
  skipsLocked: false,
  isVolatile: false,
  isMultiStatement: false,
  ignoredFindings: [],
}

const newQuery = (): QueryExecution =>
  new QueryExecution(
    ROOT_CONTEXT,
    undefined,
    connection,
    undefined,
    shape,
    undefined,
    false,
    performance.now(),
  )
const newPool = (): PoolView => new PoolView('shop', target, () => undefined)
const newCheckout = (): Checkout =>
  new Checkout(newPool(), ROOT_CONTEXT, undefined, false, 'idle', performance.now())

afterEach(() => diag.disable())

/** Notes every event that reaches it. */
function recording(name: string, log: string[]): Observer {
  return {
    name,
    queryStarted: () => log.push(`${name} queryStarted`),
    querySettled: () => log.push(`${name} querySettled`),
    checkoutRequested: () => log.push(`${name} checkoutRequested`),
    checkoutSettled: () => log.push(`${name} checkoutSettled`),
    checkoutReleased: () => log.push(`${name} checkoutReleased`),
  }
}

describe('the dispatcher', () => {
  test('runs starts forward and settlements in reverse', () => {
    const log: string[] = []
    const dispatcher = new Dispatcher()
    dispatcher.attach(recording('a', log))
    dispatcher.attach(recording('b', log))
    const query = newQuery()
    dispatcher.queryStarted(query, undefined)
    dispatcher.settleQuery(query, undefined, undefined)
    const checkout = newCheckout()
    dispatcher.checkoutRequested(checkout)
    dispatcher.acquireCheckout(checkout, connection)
    dispatcher.releaseCheckout(checkout, undefined)
    expect(log).toEqual([
      'a queryStarted',
      'b queryStarted',
      'b querySettled',
      'a querySettled',
      'a checkoutRequested',
      'b checkoutRequested',
      'b checkoutSettled',
      'a checkoutSettled',
      'b checkoutReleased',
      'a checkoutReleased',
    ])
  })

  test('shields the source and the other observers from one that throws, and reports it once', () => {
    const errors = vi.fn()
    diag.setLogger({ error: errors, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR)
    const log: string[] = []
    const dispatcher = new Dispatcher()
    const fail = (): never => {
      throw new Error('observer at fault')
    }
    dispatcher.attach({ name: 'bad', queryStarted: fail, querySettled: fail, checkoutRequested: fail })
    dispatcher.attach(recording('good', log))
    for (let i = 0; i < 3; i++) {
      const query = newQuery()
      dispatcher.queryStarted(query, [])
      dispatcher.settleQuery(query, undefined, undefined)
      dispatcher.checkoutRequested(newCheckout())
    }
    expect(log).toHaveLength(9)
    expect(errors).toHaveBeenCalledTimes(3)
  })

  test('tells a detached observer nothing', () => {
    const log: string[] = []
    const dispatcher = new Dispatcher()
    const detach = dispatcher.attach(recording('a', log))
    expect(dispatcher.isObserved).toBe(true)
    detach()
    dispatcher.queryStarted(newQuery(), undefined)
    expect(log).toEqual([])
    expect(dispatcher.isObserved).toBe(false)
  })

  test('tells an observer that sleeps of no queries and checkouts, asks until it wakes, and not after', () => {
    const log: string[] = []
    const dispatcher = new Dispatcher()
    let isAsleep = true
    const question = vi.fn(() => isAsleep)
    const observer = {
      ...recording('a', log),
      makesQuerySpans: true,
      poolAppeared: () => log.push('a poolAppeared'),
    }
    dispatcher.attach(observer, question)
    expect([dispatcher.isObserved, dispatcher.isListening]).toEqual([true, false])
    expect(dispatcher.makesQuerySpans).toBe(false)
    dispatcher.queryStarted(newQuery(), undefined)
    dispatcher.checkoutRequested(newCheckout())
    dispatcher.poolAppeared(newPool())
    expect(log).toEqual(['a poolAppeared'])
    isAsleep = false
    expect([dispatcher.isListening, dispatcher.makesQuerySpans]).toEqual([true, true])
    const asked = question.mock.calls.length
    dispatcher.queryStarted(newQuery(), undefined)
    isAsleep = true
    expect(dispatcher.isListening).toBe(true)
    expect(log).toEqual(['a poolAppeared', 'a queryStarted'])
    expect(question).toHaveBeenCalledTimes(asked)
  })

  test('takes an observer for awake whose question throws', () => {
    const log: string[] = []
    const dispatcher = new Dispatcher()
    dispatcher.attach(recording('a', log), () => {
      throw new Error('nobody knows')
    })
    expect(dispatcher.isListening).toBe(true)
    dispatcher.queryStarted(newQuery(), undefined)
    expect(log).toEqual(['a queryStarted'])
  })

  test('listens for one that is awake, whoever else sleeps', () => {
    const log: string[] = []
    const dispatcher = new Dispatcher()
    dispatcher.attach(recording('asleep', log), () => true)
    const detach = dispatcher.attach(recording('awake', log))
    expect(dispatcher.isListening).toBe(true)
    dispatcher.queryStarted(newQuery(), undefined)
    expect(log).toEqual(['awake queryStarted'])
    detach()
    expect(dispatcher.isListening).toBe(false)
  })

  test('tells a late observer of the pools that live', () => {
    const dispatcher = new Dispatcher()
    const [ended, live] = [newPool(), newPool()]
    dispatcher.poolAppeared(ended)
    dispatcher.poolAppeared(live)
    dispatcher.endPool(ended)
    const seen: PoolView[] = []
    dispatcher.attach({ name: 'late', poolAppeared: (pool) => seen.push(pool) })
    expect(seen).toEqual([live])
  })

  test('settles every execution, checkout and opening exactly once, in any interleaving of events', () => {
    const step = fc.record({ subject: fc.nat(3), event: fc.nat(7), fails: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const counts = new Map<unknown, number>()
        const count = (subject: unknown): void => {
          counts.set(subject, (counts.get(subject) ?? 0) + 1)
        }
        const dispatcher = new Dispatcher()
        const released: unknown[] = []
        dispatcher.attach({
          name: 'model',
          querySettled: count,
          checkoutSettled: count,
          connectionSettled: count,
          poolEnded: count,
          checkoutReleased(checkout) {
            expect(checkout.acquiredAt).toBeGreaterThan(0)
            expect(released).not.toContain(checkout)
            released.push(checkout)
          },
        })
        const queries = Array.from({ length: 4 }, newQuery)
        const checkouts = Array.from({ length: 4 }, newCheckout)
        const pools = Array.from({ length: 4 }, newPool)
        const openings = Array.from(
          { length: 4 },
          () => new ConnectionOpening(connection, undefined, ROOT_CONTEXT, undefined, performance.now()),
        )
        const touched = new Set<unknown>()
        for (const { subject, event, fails } of steps) {
          const error = fails ? new Error('failed') : undefined
          const query = queries[subject] as QueryExecution
          const checkout = checkouts[subject] as Checkout
          const opening = openings[subject] as ConnectionOpening
          const pool = pools[subject] as PoolView
          const settled = [
            (): unknown => dispatcher.settleQuery(query, error, undefined) || counts.get(query) === 1,
            (): unknown =>
              dispatcher.settleQuery(query, error, { rows: [], fields: [] }) || counts.get(query) === 1,
            (): unknown => dispatcher.acquireCheckout(checkout, connection) || counts.get(checkout) === 1,
            (): unknown => dispatcher.failCheckout(checkout, error) || counts.get(checkout) === 1,
            (): unknown => dispatcher.releaseCheckout(checkout, error),
            (): unknown => dispatcher.settleOpening(opening, error) || counts.get(opening) === 1,
            (): unknown => dispatcher.endPool(pool) || counts.get(pool) === 1,
            (): unknown => dispatcher.queryStarted(query, undefined),
          ][event]
          const subjects = [query, query, checkout, checkout, undefined, opening, pool, undefined][event]
          if (subjects !== undefined) {
            touched.add(subjects)
            expect(settled?.()).toBe(true)
          } else settled?.()
        }
        expect(counts.size).toBe(touched.size)
        for (const times of counts.values()) expect(times).toBe(1)
      }),
    )
  })
})
