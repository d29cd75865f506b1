// @ts-check
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../examples/shop/demo/free-port.js'

const shopFolder = fileURLToPath(new URL('../../examples/shop/', import.meta.url))
const shopItself = fileURLToPath(new URL('../../examples/shop/src/main.js', import.meta.url))
const faultyShop = fileURLToPath(new URL('faulty-shop.mjs', import.meta.url))
const ownEndpoint = new URL('own-endpoint.mjs', import.meta.url).href
const withoutPgspan = fileURLToPath(new URL('metrics-without-pgspan.mjs', import.meta.url))

/**
 * @typedef {object} ShopProcess
 * @property {string} url
 * @property {Readonly<Record<import('@pgspan/dashboards').Flavour, string>>} targets where Prometheus finds its metrics: on
 *   pgspan's own endpoint, and on the exporter of OpenTelemetry JS
 * @property {() => void} startFault
 * @property {() => Promise<void>} loseTelemetry goes on as a service without pgspan, whose metrics are in the same place
 * @property {() => Promise<void>} stop
 *
 * @typedef {object} ShopOptions
 * @property {string} connectionString
 * @property {string} [fault] of shopFaults; without one it is the shop as it is
 * @property {boolean} [isFixed] without the shop's planted faults; default: true
 * @property {Readonly<Record<string, string>>} [env]
 */

/**
 * Starts the shop as its users do, with `node --import pgspan/register`.
 *
 * @param {ShopOptions} options
 * @returns {Promise<ShopProcess>}
 */
export async function startShopProcess({ connectionString, fault, isFixed = true, env = {} }) {
  const [ownPort, exporterPort] = [String(await freePort()), String(await freePort())]
  let { child, url } = await start(
    fault === undefined ? shopItself : faultyShop,
    [],
    ['--import', 'pgspan/register', '--import', ownEndpoint],
    {
      DATABASE_URL: connectionString,
      PORT: '0',
      SHOP_FIXED: isFixed ? '1' : '0',
      FAULT: fault ?? '',
      NODE_ENV: 'production',
      PGSPAN_CONSOLE: '0',
      // A machine that is busy with something else makes none of the shop's own queries slow.
      PGSPAN_SLOW_QUERY_MILLIS: '500',
      PGSPAN_METRICS_ENDPOINT: 'opentelemetry',
      OTEL_EXPORTER_PROMETHEUS_PORT: exporterPort,
      OWN_ENDPOINT_PORT: ownPort,
      ...env,
    },
  )
  return {
    url,
    targets: { spec: `127.0.0.1:${ownPort}`, 'js-exporter': `127.0.0.1:${exporterPort}` },
    startFault: () => child.send('start'),
    async loseTelemetry() {
      await end(child)
      ;({ child } = await start(withoutPgspan, [exporterPort, ownPort], [], {}))
    },
    stop: () => end(child),
  }
}

/**
 * @param {string} program @param {string[]} args @param {string[]} execArgv @param {Record<string, string>} env
 * @returns {Promise<{ child: import('node:child_process').ChildProcess, url: string }>}
 */
async function start(program, args, execArgv, env) {
  const child = fork(program, args, {
    cwd: shopFolder,
    execArgv,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let complaints = ''
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    complaints = (complaints + text).slice(-2_000)
  })
  for await (const line of createInterface({ input: /** @type {any} */ (child.stdout) })) {
    const url = /listens on (\S+)/.exec(line)?.[1]
    if (url === undefined) continue
    // What follows must not fill the pipe.
    child.stdout?.resume()
    return { child, url }
  }
  throw new Error(`${program} ended before it listened: ${complaints}`)
}

/** @param {import('node:child_process').ChildProcess} child */
async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  // Some hold connections that never come back.
  child.kill('SIGKILL')
  await ended
}
