// @ts-check
import { setMaxListeners } from 'node:events'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { requestMix } from './request-mix.js'

/**
 * @typedef {{ millis: number, status: number }} Sample status 0: no answer
 * @typedef {{ requests: number, failed: number, statuses: Record<string, number>, p50: number, p95: number, max: number }} RouteResult
 *   latencies in milliseconds; failed: no answer, or a status of 500 or more
 * @typedef {{ requests: number, failed: number, seconds: number, routes: Record<string, RouteResult> }} LoadResult
 */

/**
 * Sends the request mix to the shop, as a few visitors would who look at a page before they ask for the next.
 *
 * @param {object} options
 * @param {string} options.url
 * @param {number} [options.seconds] how long; default: 10, or until `rounds` are done
 * @param {number} [options.rounds] how many times the whole mix, in which every route occurs
 * @param {number} [options.concurrency] visitors at a time; default: 5
 * @param {number} [options.pauseMillis] between an answer and the visitor's next request; default: 30
 * @param {(progress: { requests: number, failed: number }) => void} [options.onProgress] called after every answer
 * @param {AbortSignal} [options.signal] ends it early, with the result so far
 * @returns {Promise<LoadResult>}
 */
export async function runLoad(options) {
  const { url, rounds = Infinity, concurrency = 5, pauseMillis = 30, onProgress, signal } = options
  const seconds = options.seconds ?? (options.rounds === undefined ? 10 : Infinity)
  const started = performance.now()
  // One for each visitor.
  if (signal !== undefined) setMaxListeners(concurrency + 10, signal)
  /** @type {Map<string, Sample[]>} */
  const samples = new Map(requestMix.map(({ route }) => [route, []]))
  const progress = { requests: 0, failed: 0 }
  // Every run asks for other ids, so that the orders of two runs are not placed by the same few customers.
  const firstNumber = Math.floor(Math.random() * 1_000_000)
  let next = 0

  async function visit() {
    while (next < rounds * requestMix.length && performance.now() < started + seconds * 1000) {
      const number = next++
      const entry = requestMix[number % requestMix.length]
      if (entry === undefined) return
      const { route, request } = entry
      const sample = await send(url, request(firstNumber + number), signal)
      if (signal?.aborted) return
      samples.get(route)?.push(sample)
      progress.requests++
      if (isFailed(sample)) progress.failed++
      onProgress?.({ ...progress })
      await new Promise((resolve) => setTimeout(resolve, pauseMillis))
    }
  }
  await Promise.all(Array.from({ length: concurrency }, visit))

  const routes = [...samples].map(([route, ofRoute]) => [route, summarise(ofRoute)])
  return { ...progress, seconds: (performance.now() - started) / 1000, routes: Object.fromEntries(routes) }
}

/**
 * @param {string} url
 * @param {import('./request-mix.js').Request} request
 * @param {AbortSignal} [signal]
 * @returns {Promise<Sample>}
 */
async function send(url, { method = 'GET', path, body }, signal) {
  const started = performance.now()
  const content = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  // Its own: fetch leaves a listener on a signal until the request is collected as garbage.
  const aborting = new AbortController()
  const abort = () => aborting.abort()
  signal?.addEventListener('abort', abort)
  try {
    const response = await fetch(new URL(path, url), { method, ...content, signal: aborting.signal })
    await response.arrayBuffer()
    return { millis: performance.now() - started, status: response.status }
  } catch {
    return { millis: performance.now() - started, status: 0 }
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/** @param {Sample} sample */
function isFailed({ status }) {
  return status === 0 || status >= 500
}

/**
 * @param {Sample[]} samples
 * @returns {RouteResult}
 */
function summarise(samples) {
  /** @type {Record<string, number>} */
  const statuses = {}
  for (const { status } of samples) statuses[status] = (statuses[status] ?? 0) + 1
  const sorted = samples.map(({ millis }) => millis).sort((a, b) => a - b)
  const quantile = (/** @type {number} */ q) => sorted[Math.ceil(q * sorted.length) - 1] ?? 0
  const failed = samples.filter(isFailed).length
  return {
    requests: samples.length,
    failed,
    statuses,
    p50: quantile(0.5),
    p95: quantile(0.95),
    max: quantile(1),
  }
}

async function main() {
  const { values } = parseArgs({
    options: { url: { type: 'string' }, seconds: { type: 'string' }, concurrency: { type: 'string' } },
  })
  const { url = 'http://127.0.0.1:3000', seconds = '10', concurrency = '5' } = values
  const result = await runLoad({ url, seconds: Number(seconds), concurrency: Number(concurrency) })
  console.log(`${result.requests} requests in ${result.seconds.toFixed(1)} s, ${result.failed} failed`)
  console.table(
    Object.fromEntries(
      Object.entries(result.routes).map(([route, { requests, failed, p50, p95, max }]) => [
        route,
        { requests, failed, 'p50 ms': p50.toFixed(1), 'p95 ms': p95.toFixed(1), 'max ms': max.toFixed(1) },
      ]),
    ),
  )
  if (result.failed > 0) process.exitCode = 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main()
