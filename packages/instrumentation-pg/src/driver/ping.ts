import { runOutsideUnitOfWork } from '@pgspan/lifecycle'
import { clientStateOf } from './client-state.js'
import type { PgClient } from './pg-shapes.js'
import { silently } from './side-connection.js'

/** Asks the server behind an idle client for an answer. Nobody hears of it. */
export function ping(client: PgClient, timeoutMillis: number): Promise<'valid' | 'invalid' | 'timeout'> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('timeout'), timeoutMillis)
    timer.unref()
    const answered = (error: unknown): void => {
      clearTimeout(timer)
      resolve(error ? 'invalid' : 'valid')
    }
    const state = clientStateOf(client)
    state.isSideConnection = true
    try {
      runOutsideUnitOfWork(() => silently(() => client.query('SELECT 1', answered)))
    } catch (error) {
      answered(error)
    } finally {
      state.isSideConnection = false
    }
  })
}
