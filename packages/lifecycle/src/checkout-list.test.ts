import { ROOT_CONTEXT } from '@opentelemetry/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Checkout } from './checkout.js'
import { CheckoutList } from './checkout-list.js'
import { PoolView } from './pool-view.js'

const pool = new PoolView(
  'shop',
  { namespace: 'shop', address: 'a', port: 5432, user: 'app' },
  () => undefined,
)
const checkouts = Array.from(
  { length: 8 },
  (_, n) => new Checkout(pool, ROOT_CONTEXT, undefined, false, 'idle', n),
)

test('holds what was added and not removed, in order', () => {
  const step = fc.record({ isAdded: fc.boolean(), index: fc.nat({ max: checkouts.length - 1 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const list = new CheckoutList()
      const model: Checkout[] = []
      for (const { isAdded, index } of steps) {
        const checkout = checkouts[index] as Checkout
        const at = model.indexOf(checkout)
        if (isAdded && at === -1) {
          list.add(checkout)
          model.push(checkout)
        } else if (!isAdded) {
          list.remove(checkout)
          if (at !== -1) model.splice(at, 1)
        }
        expect([...list]).toEqual(model)
        expect(list.size).toBe(model.length)
        expect(list.first).toBe(model[0])
      }
      for (const checkout of model) list.remove(checkout)
    }),
  )
})

test('what is removed while it is walked does no harm', () => {
  const list = new CheckoutList()
  for (const checkout of checkouts) list.add(checkout)
  const walked: number[] = []
  for (const checkout of list) {
    walked.push(checkout.requestedAt)
    list.remove(checkout)
  }
  expect(walked).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(list.size).toBe(0)
})

test('a checkout of another list stays there', () => {
  const [one] = checkouts as [Checkout]
  const list = new CheckoutList()
  list.add(one)
  new CheckoutList().remove(one)
  expect([...list]).toEqual([one])
  list.remove(one)
})
