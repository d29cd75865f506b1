import {
  type Doctor,
  type PoolCare,
  type ServerFigures,
  startDoctor,
  startPoolCare,
  startServerFigures,
} from '@pgspan/pool-care'
import type { EnvironmentSettings } from './environment.js'
import type { PgspanOptions } from './options.js'

/** What looks after pools, each by choice; undefined for what was not asked for. */
export interface PoolParts {
  readonly doctor: Doctor | undefined
  readonly poolCare: PoolCare | undefined
  readonly serverFigures: ServerFigures | undefined
  close(): void
}

/** @throws TypeError for a wrong option of theirs. */
export function startPoolParts(
  options: PgspanOptions,
  environment: EnvironmentSettings,
  isDoctorHeard: boolean,
): PoolParts {
  const asked = options.serverFigures ?? environment.serverFigures ?? false
  const doctor =
    (options.doctor ?? environment.doctor ?? isDoctorHeard) ? startDoctor({ announces: true }) : undefined
  const poolCare = options.poolCare && startPoolCare(options.poolCare)
  const serverFigures = asked === false ? undefined : startServerFigures(asked === true ? {} : asked)
  return {
    doctor,
    poolCare,
    serverFigures,
    close() {
      doctor?.close()
      poolCare?.close()
      serverFigures?.close()
    },
  }
}
