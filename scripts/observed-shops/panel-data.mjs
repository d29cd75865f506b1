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

/** A second is the scrape interval. Grafana takes four of them at least; some may be late. */
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
          ? (await prometheus.query(query, view.to)).map(({ labels, value }) => ({
              labels,
              points: [/** @type {const} */ ([view.to, value])],
            }))
          : await prometheus.range(query, { from: view.from, to: view.to, step: 1 })
      return series.map((each) => ({ ...each, legend: legendOf(legend, each.labels) }))
    }),
  )
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
