// @ts-check
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../examples/shop/demo/free-port.js'

/**
 * @typedef {Readonly<Record<string, string>>} Labels
 * @typedef {{ readonly labels: Labels, readonly value: number }} Sample
 * @typedef {{ readonly labels: Labels, readonly points: readonly (readonly [seconds: number, value: number])[] }} Series
 * @typedef {{ readonly state: 'pending' | 'firing', readonly labels: Labels, readonly annotations: Labels }} ActiveAlert
 * @typedef {{ readonly series: Labels, readonly labels: Labels, readonly value: number }} StoredExemplar
 *
 * @typedef {object} PrometheusOptions
 * @property {string} program
 * @property {Readonly<Record<string, string>>} jobs the target of each, such as `127.0.0.1:9464`
 * @property {string} [rules] a file of rules, as YAML; evaluated every second
 * @property {number} [everySeconds] how often targets are scraped, and how long they may take; default: 1
 *
 * @typedef {object} Prometheus
 * @property {(expression: string, at?: number) => Promise<readonly Sample[]>} query the value of each series, now or at a
 *   time in seconds
 * @property {(expression: string, range: { from: number, to: number, step: number }) => Promise<readonly Series[]>} range
 * @property {(expression: string) => Promise<readonly StoredExemplar[]>} exemplars of its series, within the last hour
 * @property {() => Promise<readonly ActiveAlert[]>} alerts those that are pending or firing now
 * @property {() => Promise<readonly { name: string, lastError?: string }[]>} failedRules
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a real Prometheus.
 *
 * @param {PrometheusOptions} options
 * @returns {Promise<Prometheus>}
 */
export async function startPrometheus({ program, jobs, rules = 'groups: []', everySeconds = 1 }) {
  const folder = await mkdtemp(join(tmpdir(), 'pgspan-prometheus-'))
  const config = join(folder, 'prometheus.yml')
  await writeFile(join(folder, 'rules.yml'), rules)
  // JSON is YAML.
  await writeFile(config, JSON.stringify(configuration(jobs, everySeconds)))
  const url = `http://127.0.0.1:${await freePort()}`
  const flags = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${url.slice('http://'.length)}`,
    '--enable-feature=exemplar-storage',
  ]
  const child = spawn(program, flags, { stdio: 'ignore' })
  await ready(url, child)
  const ask = asking(url)
  return {
    query: async (expression, at) => {
      const time = at === undefined ? {} : { time: String(at) }
      const { result } = await ask('query', { query: expression, ...time })
      return result.map((/** @type {any} */ { metric, value }) => ({
        labels: metric,
        value: Number(value[1]),
      }))
    },
    range: async (expression, { from, to, step }) => {
      const range = { start: String(from), end: String(to), step: String(step) }
      const { result } = await ask('query_range', { query: expression, ...range })
      return result.map((/** @type {any} */ { metric, values }) => ({
        labels: metric,
        points: values.map((/** @type {[number, string]} */ [at, value]) => [at, Number(value)]),
      }))
    },
    exemplars: async (expression) => {
      const now = Date.now() / 1000
      const range = { start: String(now - 3600), end: String(now + 60) }
      const found = await ask('query_exemplars', { query: expression, ...range })
      return found.flatMap((/** @type {any} */ { seriesLabels, exemplars }) =>
        exemplars.map((/** @type {any} */ { labels, value }) => ({
          series: seriesLabels,
          labels,
          value: Number(value),
        })),
      )
    },
    alerts: async () => (await ask('alerts', {})).alerts,
    failedRules: async () =>
      (await ask('rules', {})).groups
        .flatMap((/** @type {any} */ group) => group.rules)
        .filter((/** @type {any} */ { health }) => health === 'err'),
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** @param {PrometheusOptions['jobs']} jobs @param {number} everySeconds */
function configuration(jobs, everySeconds) {
  return {
    global: { scrape_interval: `${everySeconds}s`, evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    scrape_configs: Object.entries(jobs).map(([job, target]) => ({
      job_name: job,
      static_configs: [{ targets: [target] }],
    })),
  }
}

/** @param {string} url @param {import('node:child_process').ChildProcess} child */
async function ready(url, child) {
  for (let i = 0; ; i++) {
    const response = await fetch(`${url}/-/ready`).catch(() => undefined)
    if (response?.ok) return
    if (i > 100 || child.exitCode !== null)
      throw new Error(`Prometheus did not get ready; it ended with ${child.exitCode}`)
    await sleep(100)
  }
}

/**
 * @param {string} url
 * @returns {(what: string, parameters: Record<string, string>) => Promise<any>} the data of Prometheus' answer
 */
function asking(url) {
  return async (what, parameters) => {
    const body = new URLSearchParams(parameters)
    const response = what.startsWith('query')
      ? await fetch(`${url}/api/v1/${what}`, { method: 'POST', body })
      : await fetch(`${url}/api/v1/${what}`)
    const { status, error, data } = /** @type {any} */ (await response.json())
    if (status !== 'success') throw new Error(`Prometheus: ${error} in ${parameters.query}`)
    return data
  }
}
