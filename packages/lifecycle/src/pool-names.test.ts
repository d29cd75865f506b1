import { expect, test } from 'vitest'
import { maximumPoolNames, PoolNames } from './pool-names.js'

const at = (address: string, namespace = 'shop', port = 5432) => ({ address, namespace, port, user: 'app' })

test('a pool is named after its database', () => {
  expect(new PoolNames().take(undefined, at('a'))).toBe('shop')
})

test('a configured name wins', () => {
  expect(new PoolNames().take('reports', at('a'))).toBe('reports')
})

test('the same database at another address is told apart by the address', () => {
  const names = new PoolNames()
  names.take(undefined, at('a'))
  expect(names.take(undefined, at('b'))).toBe('shop@b:5432')
  expect(names.take(undefined, at('::1'))).toBe('shop@[::1]:5432')
})

test('several pools of one target are numbered, and a name is free again after its pool', () => {
  const names = new PoolNames()
  expect([1, 2, 3].map(() => names.take(undefined, at('a')))).toEqual(['shop', 'shop#2', 'shop#3'])
  names.release('shop#2')
  expect(names.take(undefined, at('a'))).toBe('shop#2')
})

test('without a database the address names the pool', () => {
  const target = { address: 'a', namespace: undefined, port: 6432, user: undefined }
  expect(new PoolNames().take(undefined, target)).toBe('a:6432')
})

test('names are bounded', () => {
  const names = new PoolNames()
  for (let i = 0; i < maximumPoolNames; i++) names.take(undefined, at(`host${i}`))
  expect(names.take(undefined, at('one-more'))).toBe('_OTHER')
})

test('a name stands for one place for ever, and no more than 64 are ever given', () => {
  const names = new PoolNames()
  expect(names.take(undefined, at('a'))).toBe('shop')
  names.release('shop')
  expect(names.take(undefined, at('b'))).toBe('shop@b:5432')
  expect(names.take(undefined, at('a'))).toBe('shop')
  expect(names.take('shop', at('b'))).toBe('shop#2')
  const given = new Set<string>()
  for (let i = 0; i < 10_000; i++) {
    const name = names.take(undefined, at('a', `tenant${i}`))
    given.add(name)
    names.release(name)
  }
  expect(given.size).toBe(maximumPoolNames - 3 + 1)
  expect(given).toContain('_OTHER')
})
