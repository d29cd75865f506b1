// @ts-check
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {object} WatchedShop
 * @property {string} url
 * @property {string | undefined} metricsUrl
 * @property {() => Promise<{ findings: import('pgspan').Finding[], statistics: import('@pgspan/insights').InsightsStatistics }>} report
 * @property {() => Promise<void>} stop
 */

const root = fileURLToPath(new URL('../../../', import.meta.url))
const observe = new URL('observe.js', import.meta.url).href
const main = fileURLToPath(new URL('../src/main.js', import.meta.url))

/**
 * Starts the shop as its own process, with pgspan loaded before it.
 *
 * @param {{ connectionString: string, fixed: boolean, port: string }} options port: of the metrics endpoint
 * @returns {Promise<WatchedShop>}
 */
export async function startWatchedShop({ connectionString, fixed, port }) {
  const child = fork(main, {
    cwd: root,
    execArgv: ['--import', observe],
    // Its own group: the terminal's Ctrl-C reaches whoever asked for it, who then ends this one.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      OTEL_SERVICE_NAME: 'shop',
      ...process.env,
      DATABASE_URL: connectionString,
      PORT: '0',
      SHOP_FIXED: fixed ? '1' : '0',
      OTEL_EXPORTER_PROMETHEUS_PORT: port,
    },
  })
  const url = await listening(child)
  const report = async () => {
    child.send('report')
    const [message] = await once(child, 'message')
    return message.report
  }
  const { metricsUrl } = await report()
  return {
    url,
    metricsUrl,
    report,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<string>}
 */
async function listening(child) {
  let output = ''
  const url = new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      output += chunk
      const match = /listens on (\S+)/.exec(output)
      if (match) resolve(match[1])
    })
    child.once('exit', (code) => reject(new Error(`the shop ended with ${code} before it listened`)))
  })
  return url
}
