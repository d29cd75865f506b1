// @ts-check
/**
 * Services that are observed together, each a job of Prometheus, so that what one shows is its own.
 *
 * @typedef {object} Situation
 * @property {string} job
 * @property {'load' | 'visits' | 'none'} traffic `load`: the shop's whole mix; `visits`: a few pages a second
 * @property {boolean} [hasFault] of shopFaults, by the name of the job
 * @property {boolean} [isFixed] without the shop's planted faults; default: true
 * @property {string} [path] what visitors ask for
 * @property {string} [pathOfFault] what they ask for once faults begin
 * @property {boolean} [ownServer] with a PostgreSQL of its own, which is killed when faults begin
 * @property {boolean} [losesTelemetry] it goes on without pgspan when faults begin
 * @property {Readonly<Record<string, string>>} [env]
 */

/** @type {readonly Situation[]} */
export const situations = [
  { job: 'shop', traffic: 'load' },
  { job: 'idle', traffic: 'none' },
  { job: 'pool_exhausted', traffic: 'visits', hasFault: true },
  { job: 'hanging_queries', traffic: 'visits', hasFault: true },
  { job: 'leak', traffic: 'visits', hasFault: true },
  { job: 'deadlock', traffic: 'visits', hasFault: true },
  { job: 'dirty_release', traffic: 'visits', hasFault: true },
  { job: 'errors', traffic: 'visits', hasFault: true },
  { job: 'slow_queries', traffic: 'visits', hasFault: true },
  { job: 'idle_in_transaction', traffic: 'visits', hasFault: true },
  { job: 'churn', traffic: 'visits', hasFault: true },
  { job: 'server_figures', traffic: 'visits', hasFault: true, env: { PGSPAN_SERVER_FIGURES: '1' } },
  { job: 'n_plus_one', traffic: 'visits', isFixed: false, pathOfFault: '/orders/recent' },
  // Its own server has no products.
  { job: 'database_down', traffic: 'visits', path: '/health', ownServer: true },
  { job: 'telemetry_missing', traffic: 'visits', losesTelemetry: true },
]
