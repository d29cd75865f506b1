import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { addToHead } from './response-head.js'

/** How applications write a head, and what of it must arrive beside `X-More: more`. */
const heads: Readonly<
  Record<string, readonly [(response: ServerResponse) => unknown, Readonly<Record<string, string>>]>
> = {
  'a head that Node writes by itself': [(response) => response.end('a'), {}],
  'headers that were set before': [
    (response) => response.setHeader('X-More', 'own').setHeader('X-A', '1').end(),
    { 'x-more': 'own, more', 'x-a': '1' },
  ],
  'several values that were set before': [
    (response) => response.setHeader('X-More', ['own', 'two']).end(),
    { 'x-more': 'own, two, more' },
  ],
  'an object': [(response) => response.writeHead(200, { 'X-A': '1' }).end(), { 'x-a': '1' }],
  'an object after a phrase': [
    (response) => response.writeHead(200, 'Fine', { 'X-A': '1' }).end(),
    { 'x-a': '1' },
  ],
  'an object that has the header, in other letters': [
    (response) => response.writeHead(200, { 'x-more': 'own' }).end(),
    { 'x-more': 'own, more' },
  ],
  'an object that replaces what was set before': [
    (response) =>
      response
        .setHeader('X-More', 'old')
        .writeHead(200, { 'X-More': ['own', 'two'] })
        .end(),
    { 'x-more': 'own, two, more' },
  ],
  'an object beside what was set before': [
    (response) => response.setHeader('X-More', 'own').writeHead(200, { 'X-A': '1' }).end(),
    { 'x-more': 'own, more', 'x-a': '1' },
  ],
  'a list of names and values': [
    (response) => response.writeHead(200, ['X-A', '1', 'X-More', 'own']).end(),
    { 'x-a': '1', 'x-more': 'own, more' },
  ],
  'a list beside what was set before': [
    (response) => response.setHeader('X-B', '2').writeHead(200, ['X-A', '1']).end(),
    { 'x-a': '1', 'x-b': '2' },
  ],
  'no headers': [(response) => response.writeHead(200).end(), {}],
  'headers that are flushed': [
    (response) => {
      response.setHeader('X-A', '1').flushHeaders()
      response.end()
    },
    { 'x-a': '1' },
  ],
  'a function put over writeHead': [
    (response) => {
      const { writeHead } = response
      response.writeHead = ((...args: Parameters<typeof writeHead>) => {
        response.setHeader('X-A', '1')
        return writeHead.apply(response, args)
      }) as typeof writeHead
      response.end()
    },
    { 'x-a': '1' },
  ],
}

test.each(Object.entries(heads))(
  '%s gets one more header, and keeps its own',
  async (_, [write, expected]) => {
    const answer = await answerOf((response) => {
      addToHead(response, () => [['X-More', 'more']])
      write(response)
    })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toMatchObject({ 'x-more': 'more', ...expected })
  },
)

test('pairs of names and values get one more pair', async () => {
  const answer = await answerOf((response) => {
    addToHead(response, () => [['X-More', 'more']])
    // Node takes them; its types do not know them.
    const pairs = [['X-A', '1']] as unknown as string[]
    response.writeHead(200, pairs).end()
  })
  expect(answer.headers).toMatchObject({ 'x-a': '1', 'x-more': 'more' })
})

test('what throws while it is asked for headers changes nothing', async () => {
  const answer = await answerOf((response) => {
    addToHead(response, () => {
      throw new Error('no headers')
    })
    response.writeHead(201, { 'X-A': '1' }).end()
  })
  expect(answer.statusCode).toBe(201)
  expect(answer.headers).toMatchObject({ 'x-a': '1' })
})

test('a head that is written twice fails as it does without more headers', async () => {
  let error: unknown
  await answerOf((response) => {
    addToHead(response, () => [['X-More', 'more']])
    response.writeHead(200).flushHeaders()
    try {
      response.writeHead(204)
    } catch (thrown) {
      error = thrown
    }
    response.end()
  })
  expect(error).toMatchObject({ code: 'ERR_HTTP_HEADERS_SENT' })
})

async function answerOf(handle: (response: ServerResponse) => void): Promise<IncomingMessage> {
  const server = createServer((_, response) => handle(response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const [answer] = await once(get({ port, host: '127.0.0.1', agent: false }), 'response')
  answer.resume()
  await once(answer, 'close')
  server.close()
  return answer
}
