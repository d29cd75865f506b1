// @ts-check
/**
 * @typedef {import('@pgspan/dashboards').PanelSpec} PanelSpec
 * @typedef {import('./prometheus-server.mjs').Prometheus} Prometheus
 * @typedef {import('./prometheus-server.mjs').Series} Series
 *
 * @typedef {object} View what a viewer has chosen; variables are regular expressions
 * @property {number} from in seconds
 * @property {number} to
 * @property {string} [job]
 * @property {string} [instance]
 * @property {string} [pool]
 *
 * @typedef {Series & { readonly legend: string }} PanelSeries
 */

/** Two seconds is the scrape interval, and Grafana takes four of them at least. */
const rateInterval = '8s'

/**
 * Asks Prometheus what Grafana would ask for a panel: a value every second, or for tables the last one.
 *
 * @param {Prometheus} prometheus
 * @param {PanelSpec} panel
 * @param {View} view
 * @returns {Promise<readonly (readonly PanelSeries[])[]>} for each query of the panel
 */
export async function panelData(prometheus, panel, view) {
  return await Promise.all(
    panel.queries.map(async ({ expression, legend }) => {
      const query = withVariables(expression, view)
      const series =
        panel.kind === 'table'
          ? await lastOf(prometheus, query, view)
          : await prometheus.range(query, { from: view.from, to: view.to, step: 1 })
      return series.map((each) => ({ ...each, legend: legendOf(legend, each.labels) }))
    }),
  )
}

/**
 * The value of now, or of a few seconds ago where a scrape has failed.
 *
 * @param {Prometheus} prometheus @param {string} query @param {View} view
 */
async function lastOf(prometheus, query, { to }) {
  const series = await prometheus.range(query, { from: to - 8, to, step: 2 })
  return series.map(({ labels, points }) => ({ labels, points: points.slice(-1) }))
}

/** @param {string} expression @param {View} view */
function withVariables(expression, { job = '.+', instance = '.+', pool = '.+', from, to }) {
  return expression
    .replaceAll('$job', job)
    .replaceAll('$instance', instance)
    .replaceAll('$pool', pool)
    .replaceAll('$__rate_interval', rateInterval)
    .replaceAll('$__range', `${Math.ceil(to - from)}s`)
}

/** @param {string} template @param {Readonly<Record<string, string>>} labels */
function legendOf(template, labels) {
  return template.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => labels[name] ?? '').trim()
}
