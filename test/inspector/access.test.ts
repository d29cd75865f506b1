import { once } from 'node:events'
import { get, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { createInsights } from '@pgspan/insights'
import { createInspector, type InspectorOptions } from '@pgspan/inspector'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'
import { type InspectedApp, schema, startInspectedApp } from './application.js'

const database = useTestDatabase(schema)

describe('on a port of its own', () => {
  let app: InspectedApp
  let address: URL
  let bearer: { authorization: string }
  beforeAll(async () => {
    app = await startInspectedApp(database().connectionString)
    address = new URL(await app.inspector.listen())
    bearer = { authorization: `Bearer ${address.searchParams.get('token')}` }
  })
  afterAll(() => app.close())

  test('the page listens on this machine alone, and only the token opens it', async () => {
    expect(address.hostname).toBe('127.0.0.1')
    for (const path of ['/', '/page.js', '/api/requests', '/api/events', '/nowhere']) {
      expect((await ask(address, path)).statusCode).toBe(401)
      expect((await ask(address, `${path}?token=wrong`)).statusCode).toBe(401)
    }
    expect((await ask(address, '/', bearer)).statusCode).toBe(200)
    expect((await ask(address, '/nowhere', bearer)).statusCode).toBe(404)
  })

  test('the token leaves the address for a cookie that scripts and other sites do not get', async () => {
    const opened = await ask(address, address.pathname + address.search)
    expect(opened.statusCode).toBe(303)
    expect(opened.headers.location).toBe('/')
    const [cookie = ''] = opened.headers['set-cookie'] ?? []
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/)
    expect((await ask(address, '/api/overview', { cookie: cookie.split(';')[0] ?? '' })).statusCode).toBe(200)
  })

  test('a name of somebody else’s that leads here opens nothing', async () => {
    expect((await ask(address, '/api/requests', { ...bearer, host: 'evil.example' })).statusCode).toBe(401)
    expect((await ask(address, '/api/requests', { ...bearer, host: 'localhost:1' })).statusCode).toBe(200)
  })

  test('another site’s page gets nothing, even with the cookie', async () => {
    for (const site of ['cross-site', 'same-site']) {
      const answer = await ask(address, '/api/requests', { ...bearer, 'sec-fetch-site': site })
      expect(answer.statusCode).toBe(403)
    }
  })

  test('nothing but reading is answered', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect((await ask(address, '/api/requests', bearer, method)).statusCode).toBe(405)
    expect(await text(await ask(address, '/api/requests', bearer, 'HEAD'))).toBe('')
  })

  test('a plan is asked for by the page alone', async () => {
    const path = '/api/explain?fingerprint=none'
    expect((await ask(address, path, bearer, 'POST')).statusCode).toBe(403)
    const own = { ...bearer, 'x-pgspan': '1' }
    expect((await ask(address, path, { ...own, 'sec-fetch-site': 'cross-site' }, 'POST')).statusCode).toBe(
      403,
    )
    expect((await ask(address, path, own, 'POST')).statusCode).toBe(404)
  })

  test('whatever the path is, files of the machine are not read', async () => {
    for (const path of [
      '/../package.json',
      '/..%2fpackage.json',
      '/page/../../index.js',
      '/__proto__',
      '/constructor',
      '/%00',
      '//',
    ])
      expect((await ask(address, path, bearer)).statusCode).toBe(404)
  })

  test('a page that has not changed is not sent again', async () => {
    const { headers } = await ask(address, '/page.js', bearer)
    const again = await ask(address, '/page.js', { ...bearer, 'if-none-match': headers.etag ?? '' })
    expect([again.statusCode, await text(again)]).toEqual([304, ''])
  })

  test('a port that is in use is an error of the call, and of nothing else', async () => {
    const another = createInspector({ insights: app.insights })
    await expect(another.listen(Number(address.port))).rejects.toMatchObject({ code: 'EADDRINUSE' })
    another.close()
    expect(await app.get('/session')).toBe(200)
  })

  test('sixteen pages may listen; the next is told so', async () => {
    const open = await Promise.all(Array.from({ length: 16 }, () => ask(address, '/api/events', bearer)))
    expect(open.map(({ statusCode }) => statusCode)).toEqual(Array(16).fill(200))
    expect((await ask(address, '/api/events', bearer)).statusCode).toBe(503)
    for (const response of open) response.destroy()
    await expect
      .poll(async () => {
        const response = await ask(address, '/api/events', bearer)
        response.destroy()
        return response.statusCode
      })
      .toBe(200)
  })
})

describe('mounted in the application', () => {
  afterEach(() => void vi.unstubAllEnvs())

  test('it answers at its path, and leaves all others to the application', async () => {
    const app = await startInspectedApp(database().connectionString)
    const origin = new URL(app.origin)
    const moved = await ask(origin, '/debug/performance')
    expect([moved.statusCode, moved.headers.location]).toEqual([308, '/debug/performance/'])
    expect((await ask(origin, '/debug/performance/')).headers['content-type']).toContain('text/html')
    expect((await ask(origin, '/debug/performance/api/pools')).statusCode).toBe(200)
    expect(await text(await ask(origin, '/debug/performances'))).toBe('done')
    await app.close()
  })

  test('in production nobody sees it, unless they are authorized', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const [closed, open] = [
      await startInspectedApp(database().connectionString),
      await startInspectedApp(database().connectionString, {
        path: '/internal/sql',
        authorize: ({ headers }) => headers['x-user'] === 'admin',
      }),
    ]
    expect((await ask(new URL(closed.origin), '/debug/performance/')).statusCode).toBe(404)
    const origin = new URL(open.origin)
    expect((await ask(origin, '/internal/sql/api/requests')).statusCode).toBe(404)
    expect((await ask(origin, '/internal/sql/api/requests', { 'x-user': 'admin' })).statusCode).toBe(200)
    await closed.close()
    await open.close()
  })

  test('an authorize that throws says no', async () => {
    const app = await startInspectedApp(database().connectionString, {
      authorize: () => {
        throw new Error('no session store')
      },
    })
    expect((await ask(new URL(app.origin), '/debug/performance/')).statusCode).toBe(404)
    expect(await app.get('/session')).toBe(200)
    await app.close()
  })
})

test('every answer forbids scripts of others, frames, guesses at types and referrers', async () => {
  const app = await startInspectedApp(database().connectionString)
  for (const path of ['/', '/api/requests', '/page.js', '/none']) {
    const { headers } = await ask(new URL(app.origin), `/debug/performance${path}`)
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(headers['content-security-policy']).not.toContain('unsafe')
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
  }
  await app.close()
})

test('a wrong option is named', () => {
  const insights = createInsights()
  const wrong: readonly (readonly [object, string])[] = [
    [
      { path: 'debug' },
      'createInspector: path must be a path that begins with / and does not end with it, got string',
    ],
    [
      { editorLink: 'javascript:alert(1)' },
      'createInspector: editorLink must be an address with {file} and {line} in it, got string',
    ],
    [
      { traceLinks: { x: 'javascript:{traceId}' } },
      'createInspector: traceLinks must be an object of addresses of http or https with {traceId} in them, got object',
    ],
    [
      { port: 1 },
      'createInspector: unknown option port; known are insights, path, authorize, traceLinks, editorLink',
    ],
  ]
  for (const [options, message] of wrong)
    expect(() => createInspector({ insights, ...options } as InspectorOptions)).toThrow(
      new TypeError(message),
    )
  expect(() => createInspector({} as InspectorOptions)).toThrow('insights are needed')
})

async function ask(
  { hostname, port }: URL,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<IncomingMessage> {
  const options = { hostname, port, path, headers, method, agent: false } as const
  const sent = method === 'GET' ? get(options) : request(options).end()
  const [response] = await once(sent, 'response')
  return response
}
