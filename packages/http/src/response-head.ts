import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

type HeaderList = readonly unknown[] | OutgoingHttpHeaders

/**
 * Adds headers to a response when its head is written, beside those that the application sets; nothing is replaced.
 *
 * Works with `writeHead`, with a head that Node writes by itself, and with functions that others put over `writeHead`.
 *
 * @param headers asked once, right before the head is written. What it throws is dropped together with its headers.
 */
export function addToHead(
  response: ServerResponse,
  headers: (response: ServerResponse) => Iterable<readonly [name: string, value: string]>,
): void {
  const writeHead = response.writeHead
  let isAsked = false
  const writeHeadWithMore = function (this: ServerResponse, ...args: unknown[]): ServerResponse {
    if (!isAsked && !response.headersSent) {
      isAsked = true
      const last = args.length - 1
      for (const [name, value] of guarded(() => [...headers(response)])) {
        const given = args[last]
        // What the call brings replaces what was set before, name by name.
        if (isHeaders(given) && (hasHeader(given, name) || !response.hasHeader(name)))
          args[last] = withHeader(given, name, value)
        else response.appendHeader(name, value)
      }
    }
    // The caller's own arguments, one of them extended.
    return Reflect.apply(writeHead, this, args)
  }
  // Its own property, as Node's and everybody's: whoever covers it later calls it.
  response.writeHead = writeHeadWithMore as ServerResponse['writeHead']
}

function isHeaders(value: unknown): value is HeaderList {
  return typeof value === 'object' && value !== null
}

/** Lists are name after value, or pairs of both, as Node takes them. */
function hasHeader(given: HeaderList, name: string): boolean {
  if (!Array.isArray(given)) return nameIn(given as OutgoingHttpHeaders, name) !== undefined
  const names = Array.isArray(given[0]) ? given.map(([key]) => key) : given.filter((_, n) => n % 2 === 0)
  return names.some((key) => isSameName(String(key), name))
}

/** A copy with one more header. */
function withHeader(given: HeaderList, name: string, value: string): HeaderList {
  if (Array.isArray(given)) {
    return Array.isArray(given[0]) ? [...given, [name, value]] : [...given, name, value]
  }
  const headers = given as OutgoingHttpHeaders
  const known = nameIn(headers, name)
  if (known === undefined) return { ...headers, [name]: value }
  return { ...headers, [known]: [headers[known], value].flat().map(String) }
}

function nameIn(headers: OutgoingHttpHeaders, name: string): string | undefined {
  return Object.keys(headers).find((key) => isSameName(key, name))
}

function isSameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}

function guarded<Item>(list: () => Item[]): Item[] {
  try {
    return list()
  } catch {
    return []
  }
}
