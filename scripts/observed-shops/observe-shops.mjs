// @ts-check
import { setTimeout as sleep } from 'node:timers/promises'
import { flavours, rulesYaml } from '@pgspan/dashboards'
import { seedShop } from '../../examples/shop/src/database/seed.js'
import { startEmbeddedPostgres } from '../embedded-postgres.mjs'
import { startPrometheus } from './prometheus-server.mjs'
import { startShopProcess } from './shop-process.mjs'
import { startTraffic } from './shop-traffic.mjs'

/**
 * @typedef {import('./situations.mjs').Situation} Situation
 * @typedef {import('./prometheus-server.mjs').Prometheus} Prometheus
 * @typedef {import('./prometheus-server.mjs').ActiveAlert} ActiveAlert
 * @typedef {import('@pgspan/dashboards').Flavour} Flavour
 * @typedef {{ situation: Situation, shop: import('./shop-process.mjs').ShopProcess }} Observed
 *
 * @typedef {object} Observation times are in seconds, as Prometheus has them
 * @property {Readonly<Record<Flavour, Prometheus>>} prometheus one for each flavour of names; both scrape all shops
 * @property {number} startedAt
 * @property {number} faultsAt
 * @property {number} endedAt
 * @property {readonly ActiveAlert[]} fired the first of each alert and job that fired, as Prometheus sent it
 * @property {() => Promise<void>} stop
 *
 * @typedef {object} ObserveOptions
 * @property {string} program Prometheus
 * @property {readonly Situation[]} situations
 * @property {number} calmSeconds before faults begin
 * @property {number} faultSeconds
 * @property {number} timeScale of rules
 * @property {(text: string) => void} [say]
 */

/**
 * Runs shops with real traffic on a real PostgreSQL, watched by real Prometheus servers, first in peace and then each with
 * its fault. The shops are still running, and Prometheus can still be asked, until `stop`.
 *
 * @param {ObserveOptions} options
 * @returns {Promise<Observation>}
 */
export async function observeShops(options) {
  const { situations, say = () => {} } = options
  /** @type {(() => Promise<unknown>)[]} */
  const stops = []
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each()
  }
  try {
    say('starting PostgreSQL, and filling the shop’s database')
    const server = await startEmbeddedPostgres({ settings: { max_connections: '400' } })
    stops.push(server.stop)
    await seedShop({ connectionString: server.connectionString, fixed: true })
    const { observed, killServers } = await startShops(situations, server, stops, say)
    const prometheus = await startBoth(options, observed)
    stops.push(...Object.values(prometheus).map((each) => each.stop))
    const traffic = startTraffic(observed)
    stops.push(traffic.stop)

    say('waiting for the first scrapes')
    await Promise.all(Object.values(prometheus).map((each) => untilScraped(each, observed.length)))
    const startedAt = now()
    await watch(options.calmSeconds, say, 'in peace')
    const faultsAt = now()
    traffic.beginFaults()
    await Promise.all([...observed.map(beginFault), ...killServers.map((kill) => kill())])
    const fired = await watchAlerts(options.faultSeconds, prometheus.spec, say)
    return { prometheus, startedAt, faultsAt, endedAt: now(), fired, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * @param {readonly Situation[]} situations
 * @param {import('../embedded-postgres.mjs').EmbeddedPostgres} server
 * @param {(() => Promise<unknown>)[]} stops gets what ends each
 * @param {(text: string) => void} say
 */
async function startShops(situations, server, stops, say) {
  /** @type {Observed[]} */
  const observed = []
  /** @type {(() => Promise<void>)[]} */
  const killServers = []
  for (const situation of situations) {
    say(`starting ${situation.job}`)
    const ownServer = situation.ownServer ? await startEmbeddedPostgres() : undefined
    if (ownServer !== undefined) {
      killServers.push(ownServer.stop)
      stops.push(ownServer.stop)
    }
    const { connectionString } = ownServer ?? server
    const shop = await startShopProcess({ ...situation, connectionString, ...faultOf(situation) })
    stops.push(shop.stop)
    observed.push({ situation, shop })
  }
  return { observed, killServers }
}

/** @param {Observed} observed */
async function beginFault({ situation, shop }) {
  if (situation.hasFault) shop.startFault()
  if (situation.losesTelemetry) await shop.loseTelemetry()
}

/** @param {Situation} situation */
function faultOf({ job, hasFault }) {
  return hasFault ? { fault: job } : {}
}

/** @param {ObserveOptions} options @param {readonly Observed[]} observed */
async function startBoth({ program, timeScale }, observed) {
  const [spec, js] = await Promise.all(
    flavours.map((flavour) =>
      startPrometheus({
        program,
        everySeconds: 2,
        jobs: Object.fromEntries(
          observed.map(({ situation, shop }) => [situation.job, shop.targets[flavour]]),
        ),
        // As long as pgspan is told to call a query slow, in shop-process.
        rules: rulesYaml({ flavour, timeScale, objectiveSeconds: 0.5 }),
      }),
    ),
  )
  return /** @type {Record<Flavour, Prometheus>} */ ({ spec, 'js-exporter': js })
}

/**
 * A Prometheus that was just started takes five seconds to look at its targets.
 *
 * @param {Prometheus} prometheus @param {number} jobs
 */
async function untilScraped(prometheus, jobs) {
  for (let i = 0; i < 300; i++) {
    const [scraped] = await prometheus.query('count(up == 1)')
    if (scraped?.value === jobs) return
    await sleep(100)
  }
  throw new Error('Prometheus does not reach all shops')
}

/** @param {number} seconds @param {(text: string) => void} say @param {string} what */
async function watch(seconds, say, what) {
  for (let left = seconds; left > 0; left -= 5) {
    say(`${what} for ${left} s more`)
    await sleep(Math.min(5, left) * 1_000)
  }
}

/** @param {number} seconds @param {Prometheus} prometheus @param {(text: string) => void} say */
async function watchAlerts(seconds, prometheus, say) {
  /** @type {Map<string, ActiveAlert>} */
  const fired = new Map()
  const end = now() + seconds
  for (let n = 0; now() < end; n++) {
    const firing = (await prometheus.alerts()).filter(({ state }) => state === 'firing')
    for (const alert of firing) {
      const key = `${alert.labels.alertname} ${alert.labels.job}`
      if (!fired.has(key)) fired.set(key, alert)
    }
    if (n % 5 === 0) say(`with faults for ${Math.round(end - now())} s more, ${firing.length} alerts fire`)
    await sleep(1_000)
  }
  return [...fired.values()]
}

function now() {
  return Date.now() / 1_000
}
