// @ts-check
import pg from 'pg'

/**
 * A pool that survives the loss of an idle connection: without a listener, that would end the process.
 *
 * @param {pg.PoolConfig} config
 * @param {import('fastify').FastifyBaseLogger} log
 */
export function createPool(config, log) {
  const pool = new pg.Pool(config)
  pool.on('error', (error) => {
    if (!pool.ending) log.warn(`lost an idle connection: ${error.message}`)
  })
  return pool
}
