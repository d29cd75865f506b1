import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const cookieName = 'pgspan_inspector'
const loopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i

/** The way into a page that has a port of its own: whoever knows the token, which is printed where the page starts. */
export class TokenAccess {
  readonly token: string = randomBytes(18).toString('base64url')

  /** True if the request carries the token: as a cookie, as `Authorization: Bearer`, or in the address. */
  isAllowed(request: IncomingMessage): boolean {
    const { authorization = '', cookie = '', host = '' } = request.headers
    // A page of somebody else's that makes its own name lead here.
    if (!loopback.test(host)) return false
    const given = [
      authorization.replace(/^Bearer /i, ''),
      cookieIn(cookie),
      new URLSearchParams(request.url?.split('?', 2)[1]).get('token'),
    ]
    return given.some((token) => token !== null && this.#isToken(token))
  }

  /** Keeps the token where the address does not show it. */
  get cookie(): string {
    return `${cookieName}=${this.token}; HttpOnly; SameSite=Strict; Path=/`
  }

  #isToken(given: string): boolean {
    const [left, right] = [Buffer.from(given), Buffer.from(this.token)]
    return left.length === right.length && timingSafeEqual(left, right)
  }
}

/** Browsers say where a request comes from: other sites have no business here. */
export function isFromElsewhere(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site']
  return site !== undefined && site !== 'same-origin' && site !== 'none'
}

function cookieIn(header: string): string | null {
  for (const part of header.split(';')) {
    const [name, value] = part.trim().split('=', 2)
    if (name === cookieName && value !== undefined) return value
  }
  return null
}
