// @ts-check
import { setTimeout as sleep } from 'node:timers/promises'
import { runLoad } from '../../examples/shop/load/load.js'

/**
 * Sends requests to each shop, as its situation says.
 *
 * @param {readonly import('./observe-shops.mjs').Observed[]} observed
 */
export function startTraffic(observed) {
  const stopping = new AbortController()
  let isFaulty = false
  const running = observed.map(async ({ situation, shop }) => {
    const { traffic, path = '/products/60001', pathOfFault = path } = situation
    if (traffic === 'load') {
      await runLoad({
        url: shop.url,
        seconds: Infinity,
        concurrency: 2,
        pauseMillis: 50,
        signal: stopping.signal,
      })
    }
    const visit = async () => {
      while (traffic === 'visits' && !stopping.signal.aborted) {
        await get(new URL(isFaulty ? pathOfFault : path, shop.url))
        await sleep(200)
      }
    }
    await Promise.all(Array.from({ length: pathOfFault === path ? 1 : 3 }, visit))
  })
  return {
    beginFaults() {
      isFaulty = true
    },
    async stop() {
      stopping.abort()
      await Promise.allSettled(running)
    },
  }
}

/** @param {URL} url */
async function get(url) {
  try {
    await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).arrayBuffer()
  } catch {
    // Some are meant to fail.
  }
}
